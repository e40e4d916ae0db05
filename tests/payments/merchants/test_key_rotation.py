"""New keys of a gateway: either pair is believed within the window, only the new one after it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, AuditEntry, User
from devtools.sandbox.keys import make_contracts
from gateways.codecs.field_signatures import RsaConcatenation, private_key
from gateways.vietinbank import messages
from gateways.vnptpay import messages as vnptpay_messages
from payments.errors import RotationUnderWay, SecretsRefused
from payments.merchants import key_rotation
from payments.merchants.accounts import accounts_of
from payments.models import MerchantAccount, Notification, Payment
from tests.support import factories
from tests.support.contracts import carry_out_changes
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = timedelta(hours=72)
#: What the bank changes on its side: the names of the keys we verify with.
VERIFYING = {"vnptpay": "secret_key", "vietinbank": "bank_public_key"}
BELIEVED = {"vnptpay": ("RESPONSE_CODE", "00"), "vietinbank": ("errorCode", "00")}
REFUSED = {"vnptpay": ("RESPONSE_CODE", "97"), "vietinbank": ("errorCode", "01")}
GATEWAYS = pytest.mark.parametrize("gateway", ["vnptpay", "vietinbank"])


@pytest.fixture
def actor() -> User:
    return User.objects.create_superuser("root", password="a long test password")


def new_keys(gateway: str) -> dict[str, str]:
    return {VERIFYING[gateway]: factories.renewed_contracts()[gateway]["secrets"][VERIFYING[gateway]]}


def signed_by_old(payment: Payment) -> dict[str, Any]:
    return confirm(payment) if payment.gateway == "vnptpay" else notify_bill(payment)


def signed_by_new(payment: Payment) -> dict[str, Any]:
    message = signed_by_old(payment)
    if payment.gateway == "vnptpay":
        secret = factories.renewed_contracts()["vnptpay"]["secrets"]["secret_key"]
        return {**message, "SECURE_CODE": vnptpay_messages.CONFIRM.sign(message, secret)}
    key = private_key(factories.renewed_contracts()["vietinbank"]["bank"]["bank_private_key"])
    return {**message, "signature": RsaConcatenation(messages.NOTIFICATION_FIELDS).sign(message, key)}


def answer(message: dict[str, Any], gateway: str) -> tuple[str, Any]:
    name = BELIEVED[gateway][0]
    return name, post(message, gateway)[name]


@GATEWAYS
def test_both_keys_are_believed_within_the_window_and_only_the_new_one_after(gateway: str, actor: User) -> None:
    payments = [factories.payment(gateway=gateway) for _ in range(4)]
    account = payments[0].merchant_account
    assert answer(signed_by_new(payments[0]), gateway) == REFUSED[gateway]
    start = timezone.now()
    key_rotation.rotate(account, new_keys(gateway), keep_for=WINDOW, actor=actor)
    with time_machine.travel(start + WINDOW - timedelta(minutes=1)):
        assert answer(signed_by_old(payments[0]), gateway) == BELIEVED[gateway]
        assert answer(signed_by_new(payments[1]), gateway) == BELIEVED[gateway]
    with time_machine.travel(start + WINDOW + timedelta(minutes=1)):
        assert answer(signed_by_old(payments[2]), gateway) == REFUSED[gateway]
        assert answer(signed_by_new(payments[3]), gateway) == BELIEVED[gateway]
    assert Notification.objects.count() == 3


@GATEWAYS
def test_a_leaked_key_is_cut_off_at_once_also_within_an_earlier_window(gateway: str, actor: User) -> None:
    payment = factories.payment(gateway=gateway)
    account = payment.merchant_account
    key_rotation.rotate(account, new_keys(gateway), keep_for=WINDOW, actor=actor)
    third = make_contracts("http://portal.test", "http://127.0.0.1:9")[gateway]["secrets"][VERIFYING[gateway]]
    with pytest.raises(RotationUnderWay):
        key_rotation.rotate(account, {VERIFYING[gateway]: third}, keep_for=WINDOW, actor=actor)
    key_rotation.rotate(account, {VERIFYING[gateway]: third}, keep_for=timedelta(0), actor=actor)
    assert answer(signed_by_old(payment), gateway) == REFUSED[gateway]
    assert answer(signed_by_new(payment), gateway) == REFUSED[gateway]


def test_what_is_not_named_stays_and_the_audit_has_names_but_no_values(actor: User) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    before = json.loads(account.secrets)
    rotated = key_rotation.rotate(account, new_keys("vietinbank"), keep_for=WINDOW, actor=actor)
    assert json.loads(rotated.secrets) == {**before, **new_keys("vietinbank")}
    assert json.loads(rotated.previous_secrets) == before
    detail = AuditEntry.objects.get(action="merchant_keys_rotated").detail
    assert (detail["replaced"], detail["added"]) == (["bank_public_key"], [])
    assert "BEGIN" not in json.dumps(detail)


@pytest.mark.parametrize("wanted", [{}, {"bank_public_key": "no key"}, {"bank_public_key": ""}, {"private_key": 7}])
def test_keys_that_cannot_work_are_refused_and_change_nothing(actor: User, wanted: dict[str, Any]) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    with pytest.raises(SecretsRefused):
        key_rotation.rotate(account, wanted, keep_for=WINDOW, actor=actor)
    assert MerchantAccount.objects.get().secrets == account.secrets
    assert not AuditEntry.objects.exists()


def form_of(account: MerchantAccount, **changes: Any) -> dict[str, Any]:
    values = {
        "agency": account.agency_id,
        "gateway": account.gateway,
        "merchant_id": account.merchant_id,
        "settings": json.dumps(account.settings),
        "valid_during_0": "2020-01-01",
        "valid_during_1": "",
        "is_enabled": "on",
        "position": account.position,
        "new_secrets": "",
        "keep_hours": "72",
    }
    return {**values, **changes}


def test_the_administration_rotates_and_never_overwrites(actor: User) -> None:
    payments = [factories.payment() for _ in range(2)]
    account = payments[0].merchant_account
    client = browser_of(actor)
    page = f"/admin/payments/merchantaccount/{account.pk}/change/"
    keys = json.dumps(new_keys("vnptpay"))
    assert client.post(page, form_of(account, new_secrets=keys)).status_code == 302
    carry_out_changes()
    assert answer(signed_by_old(payments[0]), "vnptpay") == BELIEVED["vnptpay"]
    assert answer(signed_by_new(payments[1]), "vnptpay") == BELIEVED["vnptpay"]
    refused = client.post(page, form_of(account, new_secrets='{"secret_key": "another"}'))
    assert refused.context["errors"]
    assert factories.renewed_contracts()["vnptpay"]["secrets"]["secret_key"] not in refused.content.decode()
    assert client.post(page, form_of(account, position=7)).status_code == 302
    account.refresh_from_db()
    assert (account.position, account.secrets != account.previous_secrets) == (7, True)
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "merchant_saved",
        "merchant_keys_rotated",
        "contract_change_proposed",
        "contract_change_agreed",
        "contract_change_in_force",
    }


def test_a_new_contract_begins_when_the_one_before_it_ends(actor: User) -> None:
    agency = factories.agency()
    old = factories.merchant(agency, "vnptpay")
    client = browser_of(actor)
    keys = json.dumps(factories.renewed_contracts()["vnptpay"]["secrets"])
    settings = json.dumps({**old.settings, "merchant_service_id": "PHUTHO02"})
    wanted = form_of(old, merchant_id="PHUTHO02", settings=settings, new_secrets=keys, valid_during_0="2027-01-01")
    add = "/admin/payments/merchantaccount/add/"
    assert "hợp đồng khác" in client.post(add, wanted).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        contract(agency, DateRange(date(2027, 1, 1), None))
    ended = form_of(old, valid_during_1="2027-01-01")
    assert client.post(f"/admin/payments/merchantaccount/{old.pk}/change/", ended).status_code == 302
    carry_out_changes()
    assert client.post(add, wanted).status_code == 302
    carry_out_changes()
    with time_machine.travel("2026-12-31T16:59:00Z"):  # 23:59 in Vietnam
        assert [account.merchant_id for account in accounts_of(agency)] == [old.merchant_id]
    with time_machine.travel("2026-12-31T17:00:00Z"):
        assert [account.merchant_id for account in accounts_of(agency)] == ["PHUTHO02"]


def test_money_under_way_in_an_ended_contract_is_still_taken() -> None:
    payment = factories.payment()
    yesterday = timezone.localdate() - timedelta(days=1)
    MerchantAccount.objects.update(valid_during=DateRange(date(2020, 1, 1), yesterday))
    assert answer(confirm(payment), "vnptpay") == BELIEVED["vnptpay"]


def test_contracts_may_overlap_when_only_one_takes_new_payments() -> None:
    agency = factories.agency()
    factories.merchant(agency, "vnptpay")
    contract(agency, factories.FOREVER, is_enabled=False)
    contract(factories.agency(), factories.FOREVER, merchant_id="PHUTHO03")
    assert MerchantAccount.objects.count() == 3


def contract(agency: Agency, during: DateRange, **values: Any) -> MerchantAccount:
    return MerchantAccount.objects.create(
        **{"agency": agency, "gateway": "vnptpay", "merchant_id": "PHUTHO02", "valid_during": during, **values}
    )
