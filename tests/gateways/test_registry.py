"""Adapters are found by slug, ours and those of other packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks

from gateways import registry
from gateways.addresses import Address, Purpose
from gateways.base import Capability, GatewayMissing
from gateways.momo.adapter import Momo
from gateways.payplatform.adapter import PayPlatform
from gateways.vietinbank.adapter import VietinBank
from gateways.vietinbank_direct.adapter import VietinBankDirect
from gateways.vnpay.adapter import Vnpay
from gateways.vnptpay.adapter import VnptPay
from tests.support.gateways import ours


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    registry._load.cache_clear()
    yield
    registry._load.cache_clear()


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
    with pytest.raises(GatewayMissing):
        registry.get("nobody")


def test_adapters_need_no_django() -> None:
    script = "import sys, gateways.registry; sys.exit('django' in sys.modules)"
    root = Path(registry.__file__).parents[1]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)


def test_no_gateway_and_no_sandbox_knows_a_database_of_ours() -> None:
    for path in Path(registry.__file__).parent.rglob("*.py"):
        assert "django.db" not in path.read_text(), path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install packages: entry points by name, each with its adapter class or the error its import raises."""

    def install(**packages: Any) -> None:
        load = EntryPoint.load

        def load_ours(point: EntryPoint) -> Any:
            package = packages[point.name] if point.value.startswith("elsewhere:") else load(point)
            if isinstance(package, Exception):
                raise package
            return package

        points = [EntryPoint(name, f"elsewhere:{name}", registry.GROUP) for name in packages]
        monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])
        monkeypatch.setattr(EntryPoint, "load", load_ours)

    return install


def adapter(slug: str, *paths: str) -> Any:
    """An adapter class with its own addresses."""
    addresses = tuple(Address(path, Purpose.NOTIFY) for path in paths)
    return SimpleNamespace(slug=slug, name=slug.title(), capabilities=frozenset(), addresses=addresses)


def reasons() -> dict[str, str]:
    return {fault.name: fault.reason for fault in registry.broken()}


def test_another_package_may_add_a_gateway_but_not_take_the_place_of_ours(installed: Callable[..., None]) -> None:
    installed(added=adapter("added2"), thief=adapter("vnptpay"))
    assert registry.get("added2").name == "Added2"
    assert registry.get("vnptpay") is VnptPay
    assert reasons() == {"thief": "another gateway has the slug 'vnptpay'"}


def test_a_package_that_cannot_be_imported_is_named_and_the_others_work(
    installed: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    installed(broken=ImportError("no module named nothing"), whole=adapter("whole"), empty=object())
    assert {"whole", "vnptpay", "momo"} <= set(registry.all_slugs())
    assert reasons()["broken"] == "ImportError: no module named nothing"
    assert "AttributeError" in reasons()["empty"]
    assert "gateway broken (elsewhere:broken) is left out: ImportError: no module named nothing" in caplog.text
    named = {warning.msg for warning in run_checks() if warning.id == "payments.W001"}
    assert "Gateway broken (elsewhere:broken) is left out: ImportError: no module named nothing" in named


def test_of_two_packages_with_one_slug_or_one_address_neither_is_guessed(installed: Callable[..., None]) -> None:
    installed(
        a=adapter("twin"),
        b=adapter("twin"),
        c=adapter("c", "pay/result"),
        d=adapter("d", "pay/result"),
        e=adapter("e", "api/v1/notify-bill"),
    )
    assert not {"twin", "c", "d", "e"} & set(registry.all_slugs())
    assert reasons()["a"] == reasons()["b"] == "another gateway has the slug 'twin'"
    assert reasons()["c"] == reasons()["d"] == "another gateway has the address 'pay/result'"
    assert reasons()["e"] == "another gateway has the address 'api/v1/notify-bill'"


@pytest.mark.parametrize("slug", ["", "Momo2", "2momo", "mo-mo", "mo mo", "m" * 33, "mo/mo", "ví"])
def test_a_slug_that_does_not_fit_into_an_address_is_refused(installed: Callable[..., None], slug: str) -> None:
    installed(odd=adapter(slug))
    assert slug not in registry.all_slugs()
    assert "the slug" in reasons()["odd"]


def test_an_address_in_another_gateways_folder_is_refused(installed: Callable[..., None]) -> None:
    installed(thief=adapter("thief", "gateways/vnptpay/notify"))
    assert "thief" not in registry.all_slugs()
    assert "another gateway's folder" in reasons()["thief"]


@pytest.mark.parametrize("path", ["", "/pay", "pay/", "pay//x", "pay?x", "(a|b)", "pay x"])
def test_an_address_is_a_plain_path(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        Address(path, Purpose.NOTIFY)


def test_a_gateway_whose_package_is_gone_is_called_by_its_slug() -> None:
    assert registry.name_of("momo") == Momo.name
    assert registry.name_of("gone_wallet") == "gone_wallet"


def test_what_a_gateway_declares_wrongly_leaves_it_out(installed: Callable[..., None]) -> None:
    wrong = {"limits": (1, 2), "page_settings": "base_url", "fields": ("base_url",)}
    packages = {name: adapter(name) for name in wrong}
    for name, value in wrong.items():
        setattr(packages[name], name, value)
    installed(**packages)
    assert not set(wrong) & set(registry.all_slugs())
    assert all(f"`{name}`" in reasons()[name] for name in wrong)


def test_a_package_with_refunds_beside_ours_is_not_ours_to_test(installed: Callable[..., None]) -> None:
    outside = adapter("outside")
    outside.capabilities, outside.__module__ = frozenset({Capability.REDIRECT, Capability.REFUND}), "elsewhere"
    installed(outside=outside)
    assert "outside" in registry.all_slugs()
    assert {"vnpay", "momo"} <= {gateway.slug for gateway in ours()}
    assert "outside" not in {gateway.slug for gateway in ours()}
