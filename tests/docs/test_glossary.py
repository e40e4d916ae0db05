"""docs/glossary.md has a line for every model, and every class it names is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "agencies", "procedures", "payments", "dossiers", "gateways", "portal")
CODE_CELLS = [
    line.split("|")[3] for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line.count("|") == 5
]
NAMED = set(re.findall(r"`(\w+)`", " ".join(CODE_CELLS)))


def classes() -> Iterator[str]:
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            yield from (node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ClassDef))


def test_every_model_is_explained() -> None:
    models = {
        model.__name__
        for label in PACKAGES
        if apps.is_installed(label)
        for model in apps.get_app_config(label).get_models()
    }
    assert len(models) > 60
    assert sorted(models - NAMED) == []


def test_every_class_the_glossary_names_exists() -> None:
    assert sorted(NAMED - set(classes()) - {"Name"}) == []
