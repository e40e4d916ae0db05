"""What is installed is locked: every direct dependency is pinned, with hashes, and no file names a place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

NAMES = ("requirements", "requirements-embedded", "requirements-dev")


def direct(name: str) -> set[str]:
    """Return the names of the packages that a `.in` file and those it includes ask for."""
    packages = set()
    for line in read(f"{name}.in").splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement.startswith("-r "):
            packages |= direct(requirement.removeprefix("-r ").removesuffix(".in"))
        elif requirement:
            packages.add(re.split(r"[\[<>=!~;]", requirement)[0].strip())
    return packages


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Return version and number of hashes of each package of a lock file."""
    pins = re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==(\S+)(.*?)(?=^[a-z]|\Z)", read(f"{name}.txt"), re.M | re.S)
    return {package: (version, block.count("--hash=sha256:")) for package, version, block in pins}


def read(name: str) -> str:
    return Path(settings.BASE_DIR / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_direct_dependency_is_locked_with_hashes(name: str) -> None:
    pins = locked(name)
    assert len(pins) > 50
    assert sorted(direct(name) - set(pins)) == [], "run `make lock`"
    assert [package for package, (_version, hashes) in pins.items() if not hashes] == []


def test_the_three_lock_files_agree() -> None:
    production, embedded, dev = (locked(name) for name in NAMES)
    assert production.items() <= embedded.items() <= dev.items()


@pytest.mark.parametrize("name", [f"{name}.{kind}" for name in NAMES for kind in ("in", "txt")])
def test_no_requirements_file_names_a_registry_or_a_path_of_a_machine(name: str) -> None:
    assert re.findall(r"^.*(?:https?:|file:|--index|--find-links|\s/\w+/).*$", read(name), re.M) == []
