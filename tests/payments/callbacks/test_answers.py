"""What is answered at the door and what is kept of what is refused: rule by rule, without HTTP."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from core.background import wakeup
from gateways import registry
from gateways.base import GatewayMissing, Malformed, RawRequest, RawResponse
from payments.callbacks import handle, inbox, rejected
from payments.merchants import accounts
from payments.models import Bill, MerchantAccount, Notification, Payment, RejectedNotification
from payments.models.notifications import RejectionReason
from payments.signals import money_asked
from tests.support import factories
from tests.support.notifications import confirm, direct_confirm
from tests.support.payments.callbacks import saying
from tests.support.payments.cases import case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each time a worker was woken."""
    times: list[None] = []
    monkeypatch.setattr(wakeup, "notify_worker", lambda: times.append(None))
    return times


def sent(message: Any, **values: Any) -> RawRequest:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return replace(RawRequest("POST", "/", "", {"Content-Type": "application/json"}, body, "192.0.2.7"), **values)


def code(answer: RawResponse) -> str:
    told = json.loads(answer.body)
    return str(told.get("RESPONSE_CODE") or told.get("errorCode"))


def refusals() -> list[tuple[str, str]]:
    return list(RejectedNotification.objects.order_by("pk").values_list("gateway", "reason"))


def test_what_is_new_wakes_a_worker_and_what_is_repeated_nobody(woken: list[None]) -> None:
    message = confirm(factories.payment())
    assert code(handle.notify("vnptpay", sent(message))) == "00"
    assert len(woken) == 1
    assert code(handle.notify("vnptpay", sent(message))) == "02"
    assert len(woken) == 1 and refusals() == []
    assert bytes(Notification.objects.get().body) == sent(message).body


def test_each_refusal_has_its_reason_and_its_answer(woken: list[None]) -> None:
    payment = factories.payment()
    for gateway, message, answer in (
        ("vnptpay", confirm(payment, SECURE_CODE="x") | {"SECURE_CODE": "x"}, "97"),
        ("vnptpay", b"{", "99"),
        ("vnptpay", confirm(payment, MERCHANT_SERVICE_ID="a\0b"), "99"),
        ("vnptpay", confirm(payment, AMOUNT="one"), "99"),
        ("vnptpay", confirm(payment, MERCHANT_SERVICE_ID="ANOTHER"), "97"),
        ("vnptpay", confirm(payment, MERCHANT_SERVICE_ID="ANOTHER") | {"SECURE_CODE": "x"}, "97"),
    ):
        assert code(handle.notify(gateway, sent(message))) == answer
    direct = factories.payment(of=payment.bill, gateway="vietinbank_direct")
    handle.notify("vietinbank_direct", sent(direct_confirm(direct, providerId="ANOTHER")))
    handle.notify("vietinbank_direct", sent(direct_confirm(direct, merchantId="ANOTHER", transTime="x")))
    assert refusals() == [
        ("vnptpay", "bad_signature"),
        ("vnptpay", "malformed"),
        ("vnptpay", "malformed"),
        ("vnptpay", "malformed"),
        ("vnptpay", "wrong_recipient"),
        ("vnptpay", "unknown_merchant"),
        ("vietinbank_direct", "wrong_recipient"),
        ("vietinbank_direct", "unknown_merchant"),
    ]
    assert not Notification.objects.exists() and woken == []


@pytest.mark.parametrize("name", ["event_key", "merchant_ref", "gateway_ref", "account", "currency"])
def test_a_name_that_no_column_takes_is_malformed(name: str) -> None:
    good = saying(factories.payment())
    assert handle._without_nul(good) is good
    assert handle._without_nul(replace(good, currency=None))
    changes: dict[str, Any] = {name: "a\0b"}
    with pytest.raises(Malformed):
        handle._without_nul(replace(good, **changes))


def test_what_could_not_be_stored_was_not_taken(monkeypatch: pytest.MonkeyPatch, woken: list[None]) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(inbox, "receive", fail)
    assert code(handle.notify("vnptpay", sent(confirm(factories.payment())))) not in ("00", "02")
    assert woken == []


def test_what_nobody_could_read_is_refused_in_the_banks_words() -> None:
    factories.merchant(factories.agency(), "vnptpay")
    assert code(handle.refuse("vnptpay", sent(b""))) == "99"
    assert refusals() == [("vnptpay", "malformed")]


@pytest.mark.parametrize("act", [handle.notify, handle.refuse, handle.inquire])
def test_who_has_no_contract_gets_no_signed_answer(act: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for slug in ("nobody", "vietinbank"):
        for message in (b"{", {"providerId": "ANOTHER"}):
            with pytest.raises(handle.NoSuchMerchant):
                act(slug, sent(message))
    factories.merchant(factories.agency(), "vnptpay")
    left = {slug: registry.get(slug) for slug in registry.all_slugs() if slug != "vnptpay"}
    monkeypatch.setattr(registry, "_gateways", lambda: left)
    with pytest.raises(GatewayMissing):
        act("vnptpay", sent(b"{"))


def test_an_inquiry_nobody_can_read_is_answered_all_the_same() -> None:
    factories.merchant(factories.agency(), "vietinbank")
    assert handle.inquire("vietinbank", sent(b"{")).status == 200


def test_the_contract_that_an_inquiry_names_answers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.merchant(factories.agency(), "vietinbank")
    named = MerchantAccount.objects.get()
    named.pk, named.merchant_id, named.agency = None, "SECOND", factories.agency()
    named.save()
    asked: list[MerchantAccount] = []
    real = accounts.adapter_for

    def adapter_for(account: MerchantAccount) -> Any:
        asked.append(account)
        return real(account)

    monkeypatch.setattr(accounts, "adapter_for", adapter_for)
    handle.inquire("vietinbank", sent({"header": {"providerId": "SECOND"}}))
    assert asked == [named]


def test_a_dong_is_owed_too() -> None:
    payment = factories.payment(gateway="vietinbank", of=factories.bill(1))
    found = handle._find_bill("vietinbank", payment.merchant_ref)
    assert found and found.is_payable


def owed() -> Payment:
    return factories.payment(gateway="vietinbank", of=factories.bill(payer_name="Nguyễn Thị Bình"))


def test_what_a_bank_hears_of_a_code() -> None:
    payment = owed()
    factories.payment(of=payment.bill)
    found = handle._find_bill("vietinbank", payment.merchant_ref)
    assert found and (found.code, found.amount, found.is_payable) == (payment.merchant_ref, 150_000, True)
    assert (found.payer_name, found.reference) == ("N… T… Bình", payment.bill.reference)
    assert handle._find_bill("vietinbank", "NOBODY") is None
    assert handle._find_bill("vnptpay", payment.merchant_ref) is None


def test_what_is_not_to_be_paid_is_said_to_the_bank() -> None:
    payment = owed()

    def is_payable() -> bool:
        found = handle._find_bill("vietinbank", payment.merchant_ref)
        return bool(found and found.is_payable)

    def held(sender: Any, bill: Bill, **_: Any) -> str:
        return "dừng"

    assert is_payable()
    money_asked.connect(held)
    assert not is_payable()
    money_asked.disconnect(held)
    Payment.objects.update(amount=149_999)
    assert not is_payable(), "a code of another sum"
    Payment.objects.update(amount=150_000)
    case(payment.bill.agency, "short", 150_000, bill=payment.bill)
    assert not is_payable(), "nothing is missing"


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Nguyễn Thị Bình", "N… T… Bình"), ("Bình", "B…"), (" Bình ", "B…"), ("Lê An", "L… An"), ("", "")],
)
def test_a_stranger_sees_no_whole_name(name: str, masked: str) -> None:
    assert handle.mask_name(name) == masked


@pytest.mark.parametrize("reason", RejectionReason)
def test_only_what_is_for_another_is_kept_whole(reason: RejectionReason) -> None:
    is_whole = reason in (RejectionReason.UNKNOWN_MERCHANT, RejectionReason.WRONG_RECIPIENT)
    body, query = b"x" * 20_000, "y" * 20_000
    rejected.keep("vnptpay", sent(body, query=query, remote_addr="1" * 50), reason)
    kept = RejectedNotification.objects.get()
    assert kept.body_sha256 == hashlib.sha256(body).hexdigest()
    assert (kept.gateway, kept.reason, kept.remote_addr, kept.reviewed_at) == ("vnptpay", reason, "1" * 45, None)
    assert bytes(kept.body) == (body[: 16 * 1024] if is_whole else b"")
    assert kept.query == (query[: 16 * 1024] if is_whole else "")
    assert (rejected.misdirected().count(), rejected.forged().count()) == (int(is_whole), int(not is_whole))


def test_a_message_in_the_address_is_known_by_it() -> None:
    rejected.keep("vnptpay", sent(b"", query="a=b"), RejectionReason.MALFORMED)
    assert RejectedNotification.objects.get().body_sha256 == hashlib.sha256(b"a=b").hexdigest()


def test_so_many_alike_are_kept_a_minute() -> None:
    assert rejected.KEPT_PER_MINUTE == 60
    now = timezone.now()
    RejectedNotification.objects.bulk_create(
        RejectedNotification(gateway=gateway, reason=reason, received_at=now - timedelta(seconds=ago))
        for gateway, reason, ago, count in (
            ("vnptpay", "malformed", 5, 58),
            ("vnptpay", "malformed", 65, 9),
            ("vnptpay", "bad_signature", 5, 9),
            ("momo", "malformed", 5, 9),
        )
        for _ in range(count)
    )
    before = RejectedNotification.objects.count()
    for _ in range(4):
        rejected.keep("vnptpay", sent(b"x"), RejectionReason.MALFORMED)
    assert RejectedNotification.objects.count() == before + 2


def test_a_burst_is_told_of_as_it_becomes_one(caplog: pytest.LogCaptureFixture) -> None:
    assert (20, timedelta(days=1)) == (rejected.BURST, rejected.BURST_SPAN)
    now = timezone.now()
    RejectedNotification.objects.bulk_create(
        RejectedNotification(
            gateway="momo", reason="malformed", received_at=now - timedelta(hours=hours), reviewed_at=at
        )
        for hours, at, count in ((23, None, 18), (25, None, 9), (1, now, 9))
        for _ in range(count)
    )
    with caplog.at_level(logging.ERROR, "payments.callbacks.rejected"):
        told = []
        for _ in range(3):
            rejected.keep("vnptpay", sent(b"x"), RejectionReason.BAD_SIGNATURE)
            told.append(len(caplog.records))
    assert told == [0, 1, 1]


def test_what_a_person_has_seen_is_told_of_no_more() -> None:
    earlier = timezone.now() - timedelta(hours=1)
    RejectedNotification.objects.create(gateway="momo", reason="malformed", reviewed_at=earlier)
    for reason in (RejectionReason.MALFORMED, RejectionReason.UNKNOWN_MERCHANT):
        rejected.keep("vnptpay", sent(b"x"), reason)
    assert rejected.review(RejectedNotification.objects.all()) == 2
    assert (rejected.misdirected().count(), rejected.forged().count()) == (0, 0)
    assert RejectedNotification.objects.filter(reviewed_at=earlier).count() == 1
