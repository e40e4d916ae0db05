"""Static files are read by another user than the one that collects them; uploads are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from pytest_django import Settings

from tests.support.production import GOOD

#: Collecting everything compresses the API's documentation for half a minute.
PROGRAM = """
import os, sys
os.umask(0o077)
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
settings.STATIC_ROOT = sys.argv[1]
call_command("collectstatic", "--no-input", "--no-default-ignore", "-i", "unfold", "-i", "drf_*", "-i", "admin",
             "-i", "rest_framework", verbosity=0)
"""


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect as a release does, under the umask of a careful administrator."""
    folder = tmp_path_factory.mktemp("release") / "staticfiles"
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")} | GOOD
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("kind", ["*.css", "*.js", "*.gz", "*.br", "staticfiles.json"])
def test_everybody_may_read_what_was_collected(collected: Path, kind: str) -> None:
    files = list(collected.rglob(kind))
    assert files
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o644"}


def test_everybody_may_enter_the_folders(collected: Path) -> None:
    folders = [collected, *(path for path in collected.rglob("*") if path.is_dir())]
    assert {oct(folder.stat().st_mode & 0o777) for folder in folders} == {"0o755"}


def test_an_upload_is_read_by_the_processes_alone(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    name = FileSystemStorage().save("paper.pdf", ContentFile(b"%PDF"))
    assert oct((tmp_path / name).stat().st_mode & 0o777) == "0o600"
