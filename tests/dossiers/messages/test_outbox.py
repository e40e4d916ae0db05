"""Messages: with the fact, once each, tried again, given up for a person; by a provider that is a real server."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from agencies.models import AuditEntry
from dossiers.fees import delay_notices
from dossiers.messages import channels, providers
from dossiers.messages import outbox as messages
from dossiers.models import Message
from gateways.base import RawRequest, RawResponse
from payments.callbacks import inbox
from payments.models import Payment
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.local_server import serve
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
BY_SMS = {"sms": "dossiers.messages.providers.by_http_sms", "email": "dossiers.messages.channels.to_file"}


def answer(status: int, body: dict[str, Any]) -> Any:
    return lambda _request: RawResponse(json.dumps(body).encode(), status, "application/json")


def test_money_is_told_by_phone_and_by_mail_once_each(tmp_path: Path) -> None:
    dossier = factories.dossier()
    type(dossier).objects.update(owner_email="binh@example.vn")
    post(confirm(factories.payment(of=dossier.bills.get())))
    inbox.drain_all()
    assert sorted(Message.objects.values_list("channel", "kind")) == [("email", "fee_paid"), ("sms", "fee_paid")]
    with override_settings(MESSAGE_FILE=tmp_path / "m.jsonl"):
        assert sum(at_once(6, lambda _: messages.send_waiting())) == 2
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert {line["to"] for line in lines} == {"+84912345678", "binh@example.vn"}
    assert len({line["key"] for line in lines}) == len(lines) == 2
    assert all("10.000" in line["text"] and line["text"].isascii() for line in lines)


def test_every_text_fits_an_sms_and_tells_nothing_personal() -> None:
    values = {
        "code": "H44.40-261123-000001",
        "amount": "100.000.000.000",
        "missing": "100.000.000.000",
        "number": "EA123456789VN",
        "due": "23/11/2026",
    }
    for kind, text in messages.TEXTS.items():
        written = text.format(**values)
        assert len(written) <= 160 and written.isascii() and "http" not in written, kind


def test_the_same_fact_twice_is_one_message() -> None:
    dossier = factories.dossier()
    for _ in range(2):
        messages.tell(dossier, "fee_refunded", "refund:7", amount=10_000)
    assert Message.objects.get().text.startswith(f"Ho so {dossier.code}: da hoan lai 10.000 d.")


@override_settings(MESSAGE_CHANNELS=BY_SMS, SMS_TOKEN="t0ken")
def test_a_provider_that_fails_is_asked_again_with_the_same_key_and_at_last_left_to_a_person() -> None:
    dossier = factories.dossier()
    messages.tell(dossier, "received", "dossier:1")
    with serve(answer(500, {})) as provider, override_settings(SMS_URL=provider.url):
        for attempt in range(1, messages.MOST_ATTEMPTS + 1):
            Message.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
            assert messages.send_waiting() == 0
            fresh = Message.objects.get()
            assert fresh.attempts == attempt
            assert fresh.next_attempt_at > timezone.now() + timedelta(seconds=20)
        assert fresh.gave_up_at and "http-500" in fresh.last_error
        Message.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        assert messages.send_waiting() == 0 and len(provider.received) == messages.MOST_ATTEMPTS
    bodies = [json.loads(request.body) for request in provider.received]
    assert {body["id"] for body in bodies} == {f"message-{fresh.pk}"}
    assert {request.headers["Authorization"] for request in provider.received} == {"Bearer t0ken"}
    officer = factories.officer(dossier.agency)
    with serve(answer(200, {"ok": True})) as provider, override_settings(SMS_URL=provider.url):
        assert messages.send_again([fresh.pk], actor=officer) == 1
        assert messages.send_waiting() == 1
    assert Message.objects.get().sent_at and AuditEntry.objects.filter(action="send_again").exists()


def test_one_bad_number_holds_up_nobody() -> None:
    dossier = factories.dossier()
    for number in ("1", "2", "3"):
        messages.tell(dossier, "received", f"dossier:{number}")
    broken = Message.objects.order_by("id")[0]

    def picky(request: RawRequest) -> RawResponse:
        is_broken = json.loads(request.body)["id"] == f"message-{broken.pk}"
        return RawResponse(b"{}", 400 if is_broken else 200, "application/json")

    with serve(picky) as provider, override_settings(MESSAGE_CHANNELS=BY_SMS, SMS_URL=provider.url, SMS_TOKEN="t"):
        assert messages.send_waiting() == 2
    assert Message.objects.get(sent_at=None) == broken


def breaks_for_sms(address: str, text: str, key: str) -> None:
    raise ValueError(f"what it breaks on names {address}")


def test_an_adapter_that_breaks_uses_up_its_attempts_and_holds_up_nobody(tmp_path: Path) -> None:
    dossier = factories.dossier()
    type(dossier).objects.update(owner_email="binh@example.vn")
    post(confirm(factories.payment(of=dossier.bills.get())))
    inbox.drain_all()
    broken = {"sms": f"{__name__}.breaks_for_sms", "email": "dossiers.messages.channels.to_file"}
    with override_settings(MESSAGE_CHANNELS=broken, MESSAGE_FILE=tmp_path / "m.jsonl"):
        assert messages.send_waiting() == 1
        for _ in range(messages.MOST_ATTEMPTS):
            Message.objects.filter(sent_at=None).update(next_attempt_at=timezone.now())
            messages.send_waiting()
    waiting = Message.objects.get(sent_at=None)
    assert waiting.channel == "sms" and waiting.gave_up_at is not None
    assert waiting.last_error == "the adapter of sms raised ValueError"


@override_settings(ZALO_TOKEN="z", ZALO_TEMPLATE="381")
def test_zalo_takes_a_template_and_says_no_in_a_200() -> None:
    with serve(answer(200, {"error": 0, "message": "Success"})) as zalo, override_settings(ZALO_URL=zalo.url):
        providers.by_zalo("+84912345678", "Ho so X: da nhan.", "message-1")
    sent = json.loads(zalo.received[0].body)
    assert sent["phone"] == "84912345678" and sent["template_data"] == {"noi_dung": "Ho so X: da nhan."}
    assert zalo.received[0].headers["access_token"] == "z"
    with (
        serve(answer(200, {"error": -118, "message": "Zalo account not existed"})) as zalo,
        override_settings(ZALO_URL=zalo.url),
        pytest.raises(channels.DeliveryFailed, match="-118"),
    ):
        providers.by_zalo("+84912345678", "x", "message-1")


def test_who_waits_long_for_the_bank_is_told_once_not_to_pay_again() -> None:
    now = timezone.now()

    def doubtful(minutes: int, **values: Any) -> Any:
        dossier = factories.dossier()
        made = factories.payment(of=dossier.bills.get(), next_check_at=now, **values)
        Payment.objects.filter(pk=made.pk).update(created_at=now - timedelta(minutes=minutes))
        return dossier

    unclear = doubtful(31, state="unknown")
    back_from_the_bank = doubtful(45, returned_at=now - timedelta(minutes=40))
    doubtful(29, state="unknown")
    doubtful(45)  # nobody came back: a page that was closed
    doubtful(60 * 25, state="unknown")
    assert delay_notices.tell_due() == 2
    assert delay_notices.tell_due() == 0
    assert set(Message.objects.values_list("dossier", flat=True)) == {unclear.pk, back_from_the_bank.pk}
    assert "Dung nop lai" in Message.objects.filter(dossier=unclear).get().text
