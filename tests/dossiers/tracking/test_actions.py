"""What citizens do with a dossier they have handed in: send what was asked for, withdraw."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from agencies.models import User
from dossiers.models import ClockPause, DossierBill, NoticeKind
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.processing import decisions
from dossiers.states import DossierState
from payments.bills.create import NewLine, create_bill
from payments.callbacks import inbox
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.submitting import picture
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path / "media", tmp_path / "messages.jsonl"


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.agency())


@pytest.mark.parametrize("state", [1, 2, 4])
def test_papers_that_were_asked_for_bring_the_dossier_back_to_where_it_was(state: int, officer: User) -> None:
    dossier = factories.dossier(state=state)
    decisions.give_notice(dossier, NoticeKind.SUPPLEMENT, actor=officer, reason="Ảnh bị mờ", items="Giấy chứng sinh")
    browser, address = opened(dossier), f"/ho-so/{dossier.code}/bo-sung/"
    assert address in browser.get(f"/ho-so/{dossier.code}/").content.decode()
    page = browser.get(address).content.decode()
    assert "Ảnh bị mờ" in page and "Giấy chứng sinh" in page
    assert browser.post(address).headers["Location"] == address, "nothing was sent yet"
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SUPPLEMENT
    browser.post(address + "them/", {"files": [picture()]})
    assert "✓ giay.jpg" in browser.get(address).content.decode()
    for _ in range(2):  # a double click
        assert browser.post(address).headers["Location"] == f"/ho-so/{dossier.code}/"
    dossier.refresh_from_db()
    assert dossier.state == state
    assert not ClockPause.objects.filter(dossier=dossier, ended_at=None).exists(), "the clock goes on"
    assert [paper.requirement for paper in dossier.attachments.all()] == ["Giấy tờ bổ sung"]
    assert dossier.events.filter(after=state, actor=None).count() == 1


def test_papers_are_taken_only_while_they_are_asked_for() -> None:
    dossier = factories.dossier(state=4)
    browser = opened(dossier)
    answer = browser.post(f"/ho-so/{dossier.code}/bo-sung/them/", {"files": [picture()]})
    assert answer.headers["Location"] == f"/ho-so/{dossier.code}/" and not dossier.attachments.exists()


def test_withdrawing_needs_the_code_sent_to_the_owner(settings: Any) -> None:
    dossier = factories.dossier()
    browser, address = opened(dossier), f"/ho-so/{dossier.code}/rut/"
    assert browser.post(address, {"one_time_code": "123456"}).status_code == 422
    assert browser.post(address).status_code == 200
    one_time_codes.send_waiting()
    (line,) = [json.loads(line) for line in settings.MESSAGE_FILE.read_text().splitlines()]
    assert line["to"] == dossier.owner_phone
    code = re.search(r"\d{6}", line["text"])[0]  # type: ignore[index]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert browser.post(address, {"one_time_code": wrong}).status_code == 422
    assert browser.post(address, {"one_time_code": code}).headers["Location"] == f"/ho-so/{dossier.code}/"
    dossier.refresh_from_db()
    assert dossier.state == DossierState.WITHDRAWN and dossier.ends_at
    assert browser.get(address).headers["Location"] == f"/ho-so/{dossier.code}/", "once is enough"


@pytest.mark.parametrize(
    ("is_refundable", "says"), [(True, "hoàn <strong>10.000 đ"), (False, "10.000 đ không được hoàn")]
)
def test_before_withdrawing_one_reads_what_becomes_of_the_money(is_refundable: bool, says: str) -> None:
    dossier = factories.dossier(amount=0)
    line = NewLine(code="PHI", kind="phi", description="Phí", amount=10_000, is_refundable=is_refundable)
    with transaction.atomic():
        owed = create_bill(
            reference=dossier.code, agency=dossier.agency, payer_name="Bình", description="Phí", lines=[line]
        )
    DossierBill.objects.create(dossier=dossier, bill=owed)
    browser, address = opened(dossier), f"/ho-so/{dossier.code}/rut/"
    assert "Bạn chưa nộp tiền cho hồ sơ này" in browser.get(address).content.decode()
    post(confirm(factories.payment(of=owed)))
    inbox.drain_all()
    page = browser.get(address).content.decode().replace("\xa0", " ")
    assert "Bạn đã nộp <strong>10.000 đ" in page
    assert says in page


@pytest.mark.parametrize("address", ["bo-sung/", "bo-sung/them/", "rut/"])
def test_a_stranger_is_asked_for_code_and_pin(address: str) -> None:
    dossier = factories.dossier(state=5)
    answer = Client().post(f"/ho-so/{dossier.code}/{address}")
    assert answer.headers["Location"] == f"/tra-cuu/?code={dossier.code}"
