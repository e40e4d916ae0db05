"""A contract is held to what its gateway declares, and all that is wrong is said at once (G5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.checks import run_checks

from agencies.models import Role
from gateways import registry
from gateways.fields import Field, Kind, Wrong, faults
from payments.merchants import contract_faults
from payments.models import MerchantAccount
from tests.support import factories
from tests.support.signing_in import browser_of

FIELDS = (
    Field("shop", "Mã cửa hàng", is_required=True, is_merchant_id=True),
    Field("url", "Địa chỉ", Kind.ADDRESS, is_required=True),
    Field("days", "Ngày", Kind.NUMBER),
    Field("mode", "Kiểu", choices=("a", "b")),
    Field("signed", "Có ký", Kind.SWITCH),
    Field("key", "Khóa", is_required=True, is_secret=True),
)


def told(settings: dict[str, Any], secrets: dict[str, Any], merchant_id: str = "S1") -> set[tuple[str, Wrong, str]]:
    return {(fault.name, fault.wrong, fault.hint) for fault in faults(FIELDS, merchant_id, settings, secrets)}


def test_all_that_is_wrong_is_said_at_once() -> None:
    settings = {"shpo": "S1", "url": "ftp://x", "days": "ba", "mode": "c", "signed": "yes", "read_seconds": True}
    assert told(settings, {"kee": "x"}) == {
        ("shpo", Wrong.UNKNOWN, "shop"),
        ("shop", Wrong.MISSING, "Mã cửa hàng"),
        ("url", Wrong.KIND, "address"),
        ("days", Wrong.KIND, "number"),
        ("mode", Wrong.CHOICE, "a, b"),
        ("signed", Wrong.KIND, "switch"),
        ("read_seconds", Wrong.KIND, "number"),
        ("kee", Wrong.UNKNOWN, "key"),
        ("key", Wrong.MISSING, "Khóa"),
    }


def test_the_merchant_id_stands_once() -> None:
    right = {"shop": "S1", "url": "https://x.example", "days": 3, "signed": False}
    assert told(right, {"key": "k"}) == set()
    assert told(right, {"key": "k"}, "S2") == {("shop", Wrong.OTHER_MERCHANT, "S2")}
    assert told({**right, "key": "k"}, {"key": "k"}) == {("key", Wrong.UNKNOWN, "")}, "a key is no setting"


@pytest.mark.parametrize(("accounts", "is_missing"), [([], False), (["222"], True), (["222", "111"], False)])
def test_money_to_the_account_of_a_contract_is_not_taken_for_anothers(accounts: list[str], is_missing: bool) -> None:
    fields = (Field("account", "Tài khoản nhận"),)
    found = faults(fields, "S1", {"account": "111", "accounts": accounts}, {})
    assert [fault.wrong for fault in found] == [Wrong.LEFT_OUT] * is_missing


@pytest.mark.django_db
@pytest.mark.parametrize("gateway", sorted(factories.CONTRACTS))
def test_the_contracts_of_the_sandbox_are_as_their_gateways_declare(gateway: str) -> None:
    assert registry.fields_of(gateway)
    assert contract_faults.of_account(factories.merchant(factories.agency(), gateway)) == []


@pytest.mark.django_db
def test_the_administration_says_all_beside_the_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = factories.agency()
    account = factories.merchant(agency, "momo")
    browser = browser_of(factories.officer(agency, Role.PROVINCE_ADMIN))
    page = f"/admin/payments/merchantaccount/{account.pk}/change/"
    shown = browser.get(page).content.decode()
    assert 'name="setting_api_url"' in shown and 'name="secret_secret_key"' in shown
    settings = {**account.settings, "partner_cod": "x", "create_answer_signed": "no"}
    form = {
        "agency": agency.pk,
        "gateway": "momo",
        "merchant_id": "OTHER",
        "settings": json.dumps(settings),
        "valid_during_0": "2020-01-01",
        "valid_during_1": "",
        "position": 0,
        "new_secrets": '{"seceret_key": "never shown"}',
        "keep_hours": "72",
    }
    refused = browser.post(page, form).content.decode()
    for said in ("“partner_cod”; có phải “partner_code”?", "“create_answer_signed” không đúng kiểu", "(OTHER)"):
        assert said in refused
    assert "“seceret_key”; có phải “secret_key”?" in refused
    assert MerchantAccount.objects.get().merchant_id == account.merchant_id
    MerchantAccount.objects.update(settings=settings)
    warnings = [fault.msg for fault in run_checks(databases=["default"]) if fault.id == "payments.W003"]
    assert len(warnings) == 2
