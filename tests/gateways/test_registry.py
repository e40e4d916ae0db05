"""Adapters are found by slug, ours and those of other packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateways import registry
from gateways.momo.adapter import Momo
from gateways.payplatform.adapter import PayPlatform
from gateways.vietinbank.adapter import VietinBank
from gateways.vietinbank_direct.adapter import VietinBankDirect
from gateways.vnpay.adapter import Vnpay
from gateways.vnptpay.adapter import VnptPay


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    registry._known.cache_clear()
    yield
    registry._known.cache_clear()


def test_ours_are_known() -> None:
    ours = {
        "momo": Momo,
        "payplatform": PayPlatform,
        "vietinbank": VietinBank,
        "vietinbank_direct": VietinBankDirect,
        "vnpay": Vnpay,
        "vnptpay": VnptPay,
    }
    assert {slug: registry.get(slug) for slug in ours} == ours
    assert set(ours) <= set(registry.all_slugs())
    with pytest.raises(KeyError):
        registry.get("nobody")


def test_adapters_need_no_django() -> None:
    script = "import sys, gateways.registry; sys.exit('django' in sys.modules)"
    root = Path(registry.__file__).parents[1]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)


def test_no_gateway_and_no_sandbox_knows_a_database_of_ours() -> None:
    for path in Path(registry.__file__).parent.rglob("*.py"):
        assert "django.db" not in path.read_text(), path


def test_another_package_may_add_a_gateway_but_not_take_the_place_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds = {"added": SimpleNamespace(slug="added"), "thief": SimpleNamespace(slug="vnptpay")}

    def found(group: str) -> list[EntryPoint]:
        assert group == "motcua.gateways"
        return [EntryPoint(name, f"tests:{name}", group) for name in kinds]

    def load(point: EntryPoint) -> Any:
        return kinds[point.name]

    monkeypatch.setattr(registry, "entry_points", found)
    monkeypatch.setattr(EntryPoint, "load", load)
    assert "added" in registry.all_slugs() and "thief" not in registry.all_slugs()
    assert registry.get("vnptpay") is VnptPay


def test_a_gateway_whose_package_is_gone_is_called_by_its_slug() -> None:
    assert registry.name_of("momo") == Momo.name
    assert registry.name_of("gone_wallet") == "gone_wallet"
