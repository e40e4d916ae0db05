"""The demo's contracts: made once, then kept, whatever ports and gateways are added later."""

from __future__ import annotations

import json
from pathlib import Path

from devtools import demo, smoke_test
from gateways import registry


def test_keys_are_kept_and_addresses_follow_the_ports(tmp_path: Path) -> None:
    first = demo.contracts(tmp_path, "http://127.0.0.1:8000", "http://127.0.0.1:8002")
    again = demo.contracts(tmp_path, "http://127.0.0.1:9000", "http://127.0.0.1:9002")
    assert json.loads(json.dumps(first).replace("127.0.0.1:8", "127.0.0.1:9")) == again
    sandbox = json.loads((tmp_path / "sandbox.json").read_text())
    assert sandbox == {gateway: contract["bank"] for gateway, contract in again.items()}
    assert (tmp_path / "contracts.json").stat().st_mode & 0o077 == 0


def test_a_gateway_that_was_added_since_gets_a_contract(tmp_path: Path) -> None:
    first = demo.contracts(tmp_path, "http://a", "http://b")
    earlier = {gateway: contract for gateway, contract in first.items() if gateway != "payplatform"}
    (tmp_path / "contracts.json").write_text(json.dumps(earlier))
    again = demo.contracts(tmp_path, "http://a", "http://b")
    assert {gateway: again[gateway] for gateway in earlier} == earlier
    assert again["payplatform"]["secrets"]["secret_key"]


def test_every_gateway_of_the_demo_is_known_and_told_of(tmp_path: Path) -> None:
    by_gateway = demo.contracts(tmp_path, "http://a", "http://b")
    note = smoke_test.note_for_gateways(by_gateway, "http://a")
    assert set(note) == set(by_gateway)
    for gateway, urls in note.items():
        assert registry.get(gateway).slug == gateway
        assert f"http://a/gateways/{gateway}/" in urls["notify_url"]
