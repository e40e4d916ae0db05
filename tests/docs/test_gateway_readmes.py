"""The page of each gateway names every setting and every secret that its code reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateways import registry
from gateways.fields import COMMON

ROOT = Path(__file__).resolve().parents[2]
GATEWAYS = sorted(path.parent for path in (ROOT / "gateways").glob("*/adapter.py") if path.parent.name != "vnpt_family")
READ = re.compile(r"(?:settings|secrets)(?:\.get\(|\[)[\"'](\w+)[\"']")


@pytest.mark.parametrize("folder", GATEWAYS, ids=[folder.name for folder in GATEWAYS])
def test_what_a_gateway_reads_of_its_contract_is_explained(folder: Path) -> None:
    files = [file for file in folder.glob("*.py") if not file.name.startswith(("sandbox", "specimen"))]
    read = {name for file in files for name in READ.findall(file.read_text())}
    explained = set(re.findall(r"`(\w+)`", (folder / "README.md").read_text()))
    declared = {field.name for field in registry.fields_of(folder.name)}
    common = {field.name for field in COMMON}
    assert sorted(read - declared - common) == [], "the contract is checked against `fields`"
    assert sorted(declared - explained) == []
    assert len(read) > 3
    assert sorted(read - explained) == []
