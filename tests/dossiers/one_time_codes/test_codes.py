"""One-time codes: sent once, right once, five tries, five minutes; kept in clear nowhere."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from dossiers.messages import channels
from dossiers.models import OneTimeCode
from dossiers.one_time_codes import codes as one_time_codes
from tests.support.concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "0912345678"
#: What `_refuse` stands for, as a setting names it.
REFUSING = "tests.dossiers.one_time_codes.test_codes._refuse"


def _refuse(address: str, text: str, key: str) -> None:
    raise channels.DeliveryFailed("no credit")


@pytest.fixture(autouse=True)
def phones(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MESSAGE_FILE=tmp_path / "messages.jsonl"):
        yield tmp_path / "messages.jsonl"


def _received(phones: Path) -> list[str]:
    one_time_codes.send_waiting()
    lines = [json.loads(line) for line in phones.read_text().splitlines()]
    assert {line["to"] for line in lines} == {PHONE}
    return [match.group() for line in lines if (match := re.search(r"\d{6}", line["text"]))]


def _age(by: timedelta) -> None:
    for code in OneTimeCode.objects.all():
        code.made_at, code.expires_at = code.made_at - by, code.expires_at - by
        code.save()


def test_a_code_opens_what_it_was_sent_for_once(phones: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        one_time_codes.send("lookup", "H01", PHONE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(c)::text FROM dossiers_onetimecode c")
            stored = cursor.fetchone()[0]
        (code,) = _received(phones)
        spaced = f" {code[:3]} {code[3:]} "
        assert not one_time_codes.check("lookup", "H02", code)
        assert not one_time_codes.check("erase", "H01", code)
        assert one_time_codes.check("lookup", "H01", spaced)
        assert not one_time_codes.check("lookup", "H01", code)
    row = OneTimeCode.objects.get()
    assert (row.address, row.text) == ("", "")
    assert code not in stored and PHONE not in stored and code not in caplog.text
    assert one_time_codes.send_waiting() == 0


def test_five_wrong_tries_end_a_code(phones: Path) -> None:
    one_time_codes.send("lookup", "H01", PHONE)
    (code,) = _received(phones)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [one_time_codes.check("lookup", "H01", wrong) for _ in range(5)] == [False] * 5
    assert not one_time_codes.check("lookup", "H01", code)


def test_guessing_by_many_at_once_has_five_tries_too(phones: Path) -> None:
    one_time_codes.send("lookup", "H01", PHONE)
    (code,) = _received(phones)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    at_once(12, lambda _: one_time_codes.check("lookup", "H01", wrong))
    assert OneTimeCode.objects.get().tries == one_time_codes.TRIES


def test_a_code_lives_five_minutes_and_the_newest_counts(phones: Path) -> None:
    one_time_codes.send("lookup", "H01", PHONE)
    (old,) = _received(phones)
    _age(timedelta(minutes=1))
    one_time_codes.send("lookup", "H01", PHONE)
    new = _received(phones)[-1]
    if old != new:
        assert not one_time_codes.check("lookup", "H01", old)
    _age(one_time_codes.LIFE)
    assert not one_time_codes.check("lookup", "H01", new)


def test_no_more_than_five_an_hour_for_one_phone_even_at_once() -> None:
    with pytest.raises(one_time_codes.TooManyCodes) as refused:
        for _ in range(2):
            one_time_codes.send("lookup", "H01", PHONE)
    assert timedelta(0) < refused.value.wait <= one_time_codes.PAUSE
    for number in range(4):
        _age(one_time_codes.PAUSE)
        one_time_codes.send("lookup", f"H1{number}", PHONE)
    _age(one_time_codes.PAUSE)
    with pytest.raises(one_time_codes.TooManyCodes) as refused:
        one_time_codes.send("lookup", "H20", PHONE)
    assert refused.value.wait > timedelta(minutes=50)
    _age(timedelta(hours=1))
    outcomes = at_once(6, lambda _: one_time_codes.send("lookup", "H21", PHONE))
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1


@override_settings(MESSAGE_CHANNELS={"sms": REFUSING})
def test_what_the_provider_refuses_is_tried_again_and_then_forgotten(phones: Path) -> None:
    one_time_codes.send("lookup", "H01", PHONE)
    assert one_time_codes.send_waiting() == 0
    row = OneTimeCode.objects.get()
    assert row.attempts == 1 and row.next_attempt_at > timezone.now() and row.text
    with override_settings(MESSAGE_CHANNELS={"sms": "dossiers.messages.channels.to_file"}):
        OneTimeCode.objects.update(next_attempt_at=timezone.now())
        assert len(_received(phones)) == 1
    _age(one_time_codes.KEPT)
    one_time_codes.send_waiting()
    assert not OneTimeCode.objects.exists()


def test_a_letter_goes_by_mail(mailoutbox: list[EmailMessage]) -> None:
    channels.by_mail("an@example.vn", one_time_codes.text_for("lookup", "H01").format(code="123456"), "code-1")
    (mail,) = mailoutbox
    assert "123456" in mail.body and mail.to == ["an@example.vn"]


@pytest.mark.parametrize("purpose", sorted(one_time_codes.ACTS))
def test_a_text_says_what_its_code_does_and_to_which_dossier(purpose: str) -> None:
    code = "H44.07894-261123-10001"
    text = one_time_codes.text_for(purpose, code).format(code="123456")
    first = re.search(r"\d{6}", text)
    assert text.isascii() and len(text) <= 160 and first and first[0] == "123456"
    assert one_time_codes.ACTS[purpose] in text and code in text
