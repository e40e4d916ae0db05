"""The administration asks for a contract setting by setting, as its gateway declares them (G5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from agencies.models import AuditEntry, Role
from gateways import registry
from gateways.fields import Kind
from payments.models import MerchantAccount
from tests.support import factories
from tests.support.contracts import carry_out_changes
from tests.support.html_forms import forms_in
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
ADD = "/admin/payments/merchantaccount/add/"


@pytest.fixture
def browser() -> Client:
    return browser_of(factories.officer(factories.agency(), Role.PROVINCE_ADMIN))


def rendered(browser: Client, path: str) -> dict[str, Any]:
    """What a browser would send of the page, untouched."""
    page = browser.get(path).content.decode()
    [form] = [form for form in forms_in(page) if any(control.name == "merchant_id" for control in form.controls)]
    return {control.name: value for control in form.fields for value in control.values}


def change_page(account: MerchantAccount) -> str:
    return f"/admin/payments/merchantaccount/{account.pk}/change/"


@pytest.mark.parametrize("gateway", sorted(factories.CONTRACTS))
def test_a_contract_saved_as_it_is_shown_stays_as_it_is(browser: Client, gateway: str) -> None:
    account = factories.merchant(factories.agency("Xã khác"), gateway)
    before = (account.settings, json.loads(account.secrets))
    values = rendered(browser, change_page(account))
    drawn = {name.partition("_")[2] for name in values if name.startswith(("setting_", "secret_"))}
    declared = {field.name for field in registry.fields_of(gateway) if not field.is_merchant_id}
    assert declared <= drawn
    assert browser.post(change_page(account), values).status_code == 302
    account.refresh_from_db()
    assert (account.settings, json.loads(account.secrets)) == before
    assert not AuditEntry.objects.filter(action__startswith="merchant").exists()


def test_one_setting_and_one_key_are_changed_and_the_key_is_told_nowhere(browser: Client) -> None:
    account = factories.merchant(factories.agency("Xã khác"), "momo")
    values = rendered(browser, change_page(account))
    assert json.loads(account.secrets)["secret_key"] not in json.dumps(values)
    values |= {
        "setting_store_name": "Quầy số 1",
        "setting_create_answer_signed": "no",
        "setting_smallest_amount": "10.000",
        "setting_read_seconds": "2.5",
        "setting_accounts": "0123\n\n 0456 ",
        "secret_secret_key": "another-key-of-the-bank",
    }
    assert browser.post(change_page(account), values).status_code == 302
    at_once = MerchantAccount.objects.get(pk=account.pk).settings
    assert at_once == {**account.settings, "smallest_amount": 10_000, "read_seconds": 2.5}
    [change] = carry_out_changes()
    assert [(each["label"], each["after"]) for each in change.changes][-1] == ("Khóa HMAC", "•••")
    before, account = account, MerchantAccount.objects.get(pk=account.pk)
    assert account.settings == {
        **before.settings,
        "store_name": "Quầy số 1",
        "create_answer_signed": False,
        "smallest_amount": 10_000,
        "read_seconds": 2.5,
        "accounts": ["0123", "0456"],
    }
    assert json.loads(account.secrets) == {**json.loads(before.secrets), "secret_key": "another-key-of-the-bank"}
    entries = AuditEntry.objects.all()
    assert entries.filter(action__startswith="merchant").count() == 2 and "another-key" not in json.dumps(
        [entry.detail for entry in entries]
    )


def test_what_is_missing_or_wrong_is_said_at_its_own_input(browser: Client) -> None:
    account = factories.merchant(factories.agency("Xã khác"), "momo")
    values = rendered(browser, change_page(account)) | {"setting_api_url": "", "setting_notify_url": "ftp://x"}
    refused = browser.post(change_page(account), values)
    errors = refused.context["adminform"].form.errors
    assert set(errors) == {"setting_api_url", "setting_notify_url"}
    assert MerchantAccount.objects.get().settings == account.settings


def test_a_new_contract_asks_for_the_gateway_first_and_for_its_merchant_id_once(browser: Client) -> None:
    chooser = browser.get(ADD).content.decode()
    assert "?gateway=momo" in chooser and "?gateway=vietinbank" in chooser
    contract, agency = factories.CONTRACTS["momo"], factories.agency("Xã khác")
    values = rendered(browser, f"{ADD}?gateway=momo")
    assert "setting_partner_code" not in values
    values |= {"agency": agency.pk, "merchant_id": contract["merchant_id"], "valid_during_0": "01/01/2020"}
    kinds = {field.name: field.kind for field in registry.fields_of("momo")}
    for name, value in contract["settings"].items():
        if f"setting_{name}" in values:
            is_switch = kinds.get(name) == Kind.SWITCH
            values[f"setting_{name}"] = ("yes" if value else "no") if is_switch else value
    values |= {f"secret_{name}": value for name, value in contract["secrets"].items()}
    saved = browser.post(f"{ADD}?gateway=momo", values)
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    assert not MerchantAccount.objects.exists()
    carry_out_changes()
    made = MerchantAccount.objects.get()
    assert made.settings["partner_code"] == contract["merchant_id"]
    assert json.loads(made.secrets) == contract["secrets"]
