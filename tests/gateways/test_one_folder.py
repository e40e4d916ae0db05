"""What there is of a gateway stands in its folder: shared code names no bank."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.gateways import ours

ROOT = Path(__file__).resolve().parents[2]
SHARED = ("core", "agencies", "procedures", "payments", "dossiers", "portal", "devtools/sandbox")
#: The list of built-in gateways is the one place that names them all.
FILES = [
    *(file for part in SHARED for file in (ROOT / part).rglob("*") if file.suffix in (".py", ".html")),
    *(file for file in (ROOT / "gateways").glob("*.py") if file.name != "registry.py"),
    *(ROOT / "gateways/codecs").glob("*.py"),
    *(ROOT / "gateways/conformance").glob("*.py"),
]
BANKS = ours()


@pytest.mark.parametrize("slug", [gateway.slug for gateway in BANKS])
def test_shared_code_names_no_bank(slug: str) -> None:
    named = re.compile(rf"(?<![a-z0-9_]){slug}(?![a-z0-9_])")
    lines = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in FILES
        for line in file.read_text(encoding="utf-8").splitlines()
        if named.search(line.replace(f"docs/reference/{slug}", ""))
    ]
    assert lines == []


def test_a_name_would_be_noticed() -> None:
    assert len(FILES) > 300
    assert len(BANKS) >= 6
