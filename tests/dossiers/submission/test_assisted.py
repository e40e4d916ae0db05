"""Handing in with an officer's help: nothing goes in before the citizen has confirmed, and nobody else reads it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AuditEntry, Role, User
from dossiers.errors import NotConfirmable, OtherNumber
from dossiers.models import Assistance, Attachment, Channel, Dossier, Draft, OneTimeCode
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.submission import assisted, drafts
from procedures.models import ProcedureCase
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.desk import pdf_text
from tests.support.signing_in import browser_of
from tests.support.submitting import PERSON, picture

pytestmark = pytest.mark.django_db(transaction=True)


class Counter:
    """An officer with the citizen in front of them."""

    def __init__(self, case: ProcedureCase, agency: Agency, officer: User | None = None) -> None:
        self.case, self.agency = case, agency
        self.officer = officer or factories.officer(agency)
        self.browser = browser_of(self.officer)

    def begin(self, channel: str = "online") -> Draft:
        given = {"case": self.case.slug, "agency": self.agency.pk, "channel": channel}
        answer = self.browser.post("/quay/nop-giup/", given)
        self.draft = Draft.objects.latest("id")
        assert answer.headers["Location"] == f"/ho-so-nhap/{self.draft.code}/nguoi-nop/"
        return self.draft

    def fill(self, **person: str) -> None:
        page = f"/ho-so-nhap/{self.draft.code}/"
        matter = {"agency": self.agency.pk, "q_child": "Nguyễn An", "q_born": "1/9/2026"}
        self.browser.post(page + "nguoi-nop/", {**PERSON, **person})
        self.browser.post(page + "noi-dung/", matter)
        self.browser.post(page + "giay-to/them/", {"requirement": "Giấy chứng sinh", "files": [picture()]})
        done = self.browser.post(page + "giay-to/", {"return_method": "counter"})
        assert done.headers["Location"] == page + "xem-lai/"
        assert self.browser.get(page + "xem-lai/").headers["Location"] == f"/quay/nop-giup/{self.draft.code}/"

    def press(self, act: str, **values: Any) -> Any:
        return self.browser.post(f"/quay/nop-giup/{self.draft.code}/", {"viec": act, **values})

    def second_window(self) -> str:
        return self.browser.get("/quay/man-hinh-phu/trang-thai/").content.decode()

    def code(self) -> str:
        match = re.search(r": (\d{6}),", OneTimeCode.objects.latest("id").text)
        assert match
        return match.group(1)


@pytest.fixture
def counter(case: ProcedureCase, agency: Agency) -> Counter:
    return Counter(case, agency)


def test_the_officer_fills_in_the_citizen_reads_and_tells_the_code_and_the_fee_is_paid_at_once(
    counter: Counter,
) -> None:
    procedures = counter.browser.get("/quay/nop-giup/", {"tim": "chung thuc"}).content.decode()
    assert counter.case.slug in procedures
    counter.begin()
    first = counter.browser.get(f"/ho-so-nhap/{counter.draft.code}/nguoi-nop/").content.decode()
    assert "đang giúp công dân nộp hồ sơ" in first
    assert "Nguyễn Thị Bình" not in counter.second_window()
    counter.fill()
    counter.browser.get(f"/quay/nop-giup/{counter.draft.code}/")
    shown = counter.second_window()
    for words in ("Nguyễn Thị Bình", "0912 345 678", "01/09/2026", "giay.jpg", "10.000"):
        assert words in shown, words
    assert counter.browser.post(f"/ho-so-nhap/{counter.draft.code}/xem-lai/").status_code == 302
    assert not Dossier.objects.exists(), "the citizens' button hands in nothing here"
    counter.press("gui-ma")
    text = OneTimeCode.objects.get().text
    assert "10.000 d" in text
    assert len(text) <= 160 and text.isascii()
    assert counter.press("ma", one_time_code="000000" if counter.code() != "000000" else "1").status_code == 422
    assert not Dossier.objects.exists()
    done = counter.press("ma", one_time_code=counter.code())
    dossier = Dossier.objects.get()
    assert done.headers["Location"] == f"/quay/{dossier.code}/"
    assert (dossier.channel, dossier.fee_total, dossier.owner_phone) == ("online", 10_000, "+84912345678")
    helped = Assistance.objects.get(dossier=dossier)
    assert (helped.officer, helped.agency, helped.confirmation) == (counter.officer, counter.agency, "code")
    counter.browser.get(done.headers["Location"])
    window = counter.second_window()
    assert "Mã PIN" in window and "<svg" in window and "10.000" in window
    assert "Nguyễn Thị Bình" not in window, "what was read is gone when it is handed in"
    assert counter.press("ma", one_time_code="1").headers["Location"] == f"/quay/{dossier.code}/", "pressed twice"
    assert Dossier.objects.count() == 1
    acts = AuditEntry.objects.filter(actor=counter.officer, action__startswith="assist").order_by("id")
    assert list(acts.values_list("action", flat=True)) == ["assist_begin", "assist_ask", "assist_submit"]
    citizen = Client()
    citizen.get(f"/giay-hen/{dossier.slip_token}/")
    assert f"với sự giúp đỡ của {counter.agency.name}" in citizen.get(f"/ho-so/{dossier.code}/").content.decode()


def test_what_changed_after_the_code_was_sent_needs_another_code(counter: Counter) -> None:
    counter.begin()
    counter.fill()
    counter.press("gui-ma")
    code = counter.code()
    counter.browser.post(f"/ho-so-nhap/{counter.draft.code}/nguoi-nop/", {**PERSON, "owner_name": "Người Khác"})
    assert counter.press("ma", one_time_code=code).status_code == 422
    assert not Dossier.objects.exists()


def test_without_a_phone_the_citizen_signs_and_it_is_handed_in_at_the_counter(counter: Counter) -> None:
    counter.begin()
    counter.fill(owner_phone="")
    page = counter.browser.get(f"/quay/nop-giup/{counter.draft.code}/").content.decode()
    assert "gui-ma" not in page
    signed = {"identity_shown": "card", "identity_tail": "0123", "is_signed": "on"}
    counter.press("ky", **signed)
    assert not Dossier.objects.exists(), "online needs a code"
    counter.press("tai-quay")
    printed = counter.browser.post(f"/quay/nop-giup/{counter.draft.code}/ban-in/")
    text = pdf_text(printed.content)
    assert "Nguyễn Thị Bình" in text and "10.000" in text and "Tôi đã đọc" in text
    assert counter.press("ky", identity_shown="card", identity_tail="0123").status_code == 422, "the officer vouches"
    counter.press("ky", **signed)
    dossier = Dossier.objects.get()
    helped = dossier.assistance
    assert (dossier.channel, dossier.owner_phone) == ("counter", "")
    assert (helped.confirmation, helped.identity_shown, helped.identity_tail) == ("signature", "card", "0123")


def test_a_signature_needs_the_print_as_it_stands_and_the_number_that_was_declared(counter: Counter) -> None:
    counter.begin("counter")
    counter.fill(owner_phone="")
    signed = {"identity_shown": "card", "identity_tail": "0123", "is_signed": "on"}
    summary = f"/quay/nop-giup/{counter.draft.code}/ban-in/"
    unprinted = counter.press("ky", **signed)
    assert unprinted.status_code == 422
    assert "chưa được in" in unprinted.content.decode()
    counter.browser.post(summary)
    page = f"/ho-so-nhap/{counter.draft.code}/"
    counter.browser.post(page + "nguoi-nop/", {**PERSON, "owner_phone": "", "owner_name": "Nguyễn Thị Bưởi"})
    assert counter.press("ky", **signed).status_code == 422, "what was printed says otherwise"
    counter.browser.post(summary)
    other = counter.press("ky", **signed | {"identity_tail": "9999"})
    assert other.status_code == 422
    assert "9999 không phải 4 ký tự cuối giấy tờ của Nguyễn Thị Bưởi" in other.content.decode()
    assert not Dossier.objects.exists()
    draft = Draft.objects.get()
    with pytest.raises(OtherNumber):
        assisted.hand_in_with_signature(draft, identity_shown="card", identity_tail="9999")
    counter.press("ky", **signed | {"identity_tail": "9999", "identity_note": "Đưa hộ chiếu, khai căn cước"})
    assert Dossier.objects.get().assistance.identity_note == "Đưa hộ chiếu, khai căn cước"
    entry = AuditEntry.objects.get(action="assist_submit")
    assert entry.detail["why_another_paper"] == "Đưa hộ chiếu, khai căn cước"
    acts = AuditEntry.objects.filter(actor=counter.officer, action="assist_print")
    assert acts.count() == 2


def test_nobody_hands_in_what_was_not_confirmed_whatever_door(counter: Counter) -> None:
    counter.begin()
    counter.fill()
    with pytest.raises(NotConfirmable):
        drafts.hand_in(drafts.completed(Draft.objects.select_related("assistance").get()))
    with pytest.raises(NotConfirmable):
        drafts.hand_in(drafts.completed(Draft.objects.get()))
    dossier = factories.dossier(counter.agency)
    with pytest.raises(IntegrityError, match="assisted_is_confirmed"), transaction.atomic():
        Assistance.objects.update(dossier=dossier)


def test_only_who_helps_may_read_it_and_only_that_day(counter: Counter, case: ProcedureCase) -> None:
    counter.begin()
    counter.fill()
    pages = (f"/ho-so-nhap/{counter.draft.code}/nguoi-nop/", f"/quay/nop-giup/{counter.draft.code}/")
    colleague = browser_of(factories.officer(counter.agency))
    admin = browser_of(factories.officer(counter.agency, Role.AGENCY_ADMIN))
    for browser in (colleague, admin, Client()):
        assert [browser.get(page).status_code == 200 for page in pages] == [False, False]
    own = factories.draft(case)  # a citizen's, who did not ask
    assert counter.browser.get(f"/quay/nop-giup/{own.code}/").status_code == 404
    assert counter.browser.get(f"/ho-so-nhap/{own.code}/nguoi-nop/").status_code == 302
    Assistance.objects.update(began_at=timezone.now() - timedelta(days=1))
    assert [counter.browser.get(page).status_code == 200 for page in pages] == [False, False]


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ACCOUNTANT, Role.SIGNER, Role.AUDITOR])
def test_who_serves_nobody_at_the_counter_helps_nobody(role: Role, agency: Agency) -> None:
    assert browser_of(factories.officer(agency, role)).get("/quay/nop-giup/").status_code == 403


def test_the_citizen_takes_it_home_and_the_officer_sees_it_no_more(counter: Counter) -> None:
    counter.begin()
    counter.fill()
    citizen = Client()
    citizen.post("/nop-ho-so/dien-tiep/", {"draft": counter.draft.code})
    match = re.search(r"\d{6}", OneTimeCode.objects.latest("id").text)
    assert match
    citizen.post("/nop-ho-so/dien-tiep/ma/", {"one_time_code": match.group()})
    assert counter.browser.get(f"/quay/nop-giup/{counter.draft.code}/").status_code == 404
    citizen.post(f"/ho-so-nhap/{counter.draft.code}/xem-lai/")
    assert Dossier.objects.get().channel == "online"
    assert not Assistance.objects.exists()


def test_a_code_goes_to_the_citizen_never_to_the_officer_and_not_too_often(counter: Counter) -> None:
    counter.officer.phone = "0912.345.678"
    counter.officer.save()
    counter.begin()
    counter.fill()
    counter.press("gui-ma")
    assert not OneTimeCode.objects.exists()
    counter.fill(owner_phone="0987654321")
    counter.press("gui-ma")
    counter.press("gui-ma")
    assert OneTimeCode.objects.count() == 1
    with pytest.raises(one_time_codes.TooManyCodes):
        assisted.ask(drafts.completed(Draft.objects.get()))


def test_pressed_twice_in_the_same_moment_one_dossier(counter: Counter) -> None:
    counter.begin("counter")
    counter.fill()
    counter.press("gui-ma")
    code = counter.code()
    handed_in = at_once(2, lambda _n: assisted.hand_in_with_code(Draft.objects.get(), code))
    assert {each[0].pk for each in handed_in} == {Dossier.objects.get().pk}
    assert Dossier.objects.get().channel == Channel.COUNTER


def test_given_up_nothing_is_kept(counter: Counter) -> None:
    counter.begin()
    counter.fill()
    file = Attachment.objects.get().file
    assert counter.press("bo").headers["Location"] == "/quay/nop-giup/"
    assert not (Draft.objects.exists() or Assistance.objects.exists() or Attachment.objects.exists())
    assert not file.storage.exists(file.name or "")
    assert "Kính chào" in counter.second_window()


def test_what_nobody_finished_is_forgotten_with_its_draft(counter: Counter) -> None:
    counter.begin()
    Draft.objects.update(expires_at=timezone.now() - timedelta(days=1))
    drafts.forget_expired()
    assert not (Draft.objects.exists() or Assistance.objects.exists())
