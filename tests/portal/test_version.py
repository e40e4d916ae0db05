"""The version stands in pyproject.toml; whatever shows one shows that."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from django.conf import settings
from django.test import Client


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    changelog = (settings.BASE_DIR / "CHANGELOG.md").read_text()
    heading = re.search(r"^## (\d+\.\d+\.\d+)\b", changelog, re.M)
    assert heading and heading[1] == project["version"]


@pytest.mark.django_db
def test_the_api_document_and_the_metrics_name_the_version() -> None:
    assert yaml.safe_load(Client().get("/api/schema/").content)["info"]["version"] == settings.VERSION
    assert f'motcua_build_info{{version="{settings.VERSION}"}} 1.0' in Client().get("/metrics").content.decode()
