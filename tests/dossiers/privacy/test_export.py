"""Personal data: told to who opened the dossier, erased when asked and approved; money and audit stay whole."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from agencies.audit import chain
from agencies.models import AuditEntry, Role
from dossiers.errors import NotErasable
from dossiers.models import Attachment, Dossier, ErasureRequest, Message, OneTimeCode, Rating
from dossiers.privacy import erasure
from dossiers.states import DossierState
from payments.models import Bill
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.citizens import BINH, browser_of, citizen, newest
from tests.support.concurrency import at_once
from tests.support.signing_in import browser_of as staff_browser

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = (BINH, "Nguyễn Thị Bình", "+84912345678", "binh@example.vn", "ngõ 3", "lý do riêng")


@pytest.fixture(autouse=True)
def _stores(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path, tmp_path / "messages.jsonl"


def full(state: int = DossierState.RETURNED) -> Dossier:
    """A dossier with something in every place that names somebody."""
    made = factories.dossier(state=state)
    made.owner_identity_number, made.owner_email, made.owner_address = BINH, "binh@example.vn", "ngõ 3"
    made.answers = [["Vì sao", "lý do riêng"]]
    made.save()
    paper = Attachment(dossier=made, name="the-can-cuoc.pdf", content_type="application/pdf", size=5)
    paper.file.save("x.pdf", ContentFile(b"%PDF-"))
    Rating.objects.create(dossier=made, score=4, words="tôi ở ngõ 3")
    Message.objects.create(subject="x", kind="received", dossier=made, recipient=made.owner_phone, text="Ho so")
    return made


def opened(dossier: Dossier) -> Client:
    browser = Client()
    browser.get(f"/giay-hen/{dossier.slip_token}/")
    return browser


def test_the_number_in_full_is_for_its_owner_only() -> None:
    dossier = full()
    path = f"/ho-so/{dossier.code}/du-lieu.json"
    helper = opened(dossier).get(path)
    assert helper.json()["owner"]["identity_number"] == "********0202"
    assert "attachment" in helper.headers["Content-Disposition"]
    owner = browser_of(citizen())
    owner.get(f"/ho-so/{dossier.code}/")
    exported = owner.get(path).json()
    assert exported["owner"] == {
        "name": "Nguyễn Thị Bình",
        "identity_document": "Căn cước, căn cước công dân",
        "identity_number": BINH,
        "phone": "+84912345678",
        "email": "binh@example.vn",
        "address": "ngõ 3",
    }
    assert exported["answers"] == [{"question": "Vì sao", "answer": "lý do riêng"}]
    assert [paper["name"] for paper in exported["papers"]] == ["the-can-cuoc.pdf"]
    assert exported["bills"][0]["amount"] == 10_000
    for address in (path, f"/ho-so/{dossier.code}/du-lieu/", f"/ho-so/{dossier.code}/xoa-du-lieu/"):
        assert Client().get(address).headers["Location"].startswith("/tra-cuu/")


def test_asked_with_a_code_approved_by_an_administrator_nobody_is_left_and_the_books_stay(settings: Any) -> None:
    dossier = full()
    bill_before = Bill.objects.filter(pk=dossier.bills.get().pk).values().get()
    books = ledger_check.check()
    browser, path = opened(dossier), f"/ho-so/{dossier.code}/xoa-du-lieu/"
    browser.post(path)
    assert browser.post(path, {"one_time_code": "x"}).status_code == 422
    assert not ErasureRequest.objects.exists()
    browser.post(path, {"one_time_code": newest(Path(settings.MESSAGE_FILE), dossier.owner_phone)})
    wish = ErasureRequest.objects.get(dossier=dossier)
    stored = Path(settings.MEDIA_ROOT) / str(dossier.attachments.get().file.name)
    assert stored.exists()

    choice = {"wish": wish.pk, "act": "erase"}
    admin = factories.officer(dossier.agency, Role.AGENCY_ADMIN)
    for other in (
        factories.officer(dossier.agency, Role.HANDLING_OFFICER),
        factories.officer(factories.agency("Xã khác"), Role.AGENCY_ADMIN),
    ):
        assert staff_browser(other).post("/quay/yeu-cau-xoa/", choice).status_code in (403, 404)
    long_ago = staff_browser(admin, minutes_ago=20)
    assert "/reauthenticate/" in long_ago.post("/quay/yeu-cau-xoa/", choice).headers["Location"]
    assert Dossier.objects.get(pk=dossier.pk).owner_name == "Nguyễn Thị Bình"
    assert staff_browser(admin).post("/quay/yeu-cau-xoa/", choice).status_code == 302

    left = opened(dossier).get(f"/ho-so/{dossier.code}/du-lieu.json").content.decode()
    row = str(Dossier.objects.filter(pk=dossier.pk).values().get())
    kept_by_law = {"Nguyễn Thị Bình"} if bill_before["payer_name"] == "Nguyễn Thị Bình" else set()
    for secret in set(SECRETS) - kept_by_law:
        assert secret not in left
        assert secret not in row
    assert erasure.NOBODY in row
    assert Dossier.objects.get(pk=dossier.pk).owner_identity_key == ""
    assert not stored.exists()
    assert not default_storage.exists(stored.name)
    assert not OneTimeCode.objects.filter(about=dossier.code).exists()
    assert Bill.objects.filter(pk=bill_before["id"]).values().get() == bill_before
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"erasure_asked", "erased"}
    assert ledger_check.check() == books, "no invariant that held is broken"
    chain.link_due()
    call_command("verify_audit", stdout=io.StringIO())


@pytest.mark.parametrize("state", [DossierState.IN_PROCESS, DossierState.FINISHED])
def test_what_is_still_worked_on_is_not_erased_and_a_refusal_says_why(state: int) -> None:
    dossier = full(state)
    wish, admin = erasure.ask_for_erasure(dossier), factories.officer(dossier.agency, Role.AGENCY_ADMIN)
    assert erasure.ask_for_erasure(dossier) == wish, "asked twice it is one wish"
    with pytest.raises(NotErasable):
        erasure.erase(wish, actor=admin)
    browser = staff_browser(admin)
    browser.post("/quay/yeu-cau-xoa/", {"wish": wish.pk, "act": "refuse", "reason": " "})
    assert ErasureRequest.objects.filter(decided_at=None).exists()
    browser.post("/quay/yeu-cau-xoa/", {"wish": wish.pk, "act": "refuse", "reason": "Hồ sơ đang giải quyết"})
    assert "Hồ sơ đang giải quyết" in opened(dossier).get(f"/ho-so/{dossier.code}/du-lieu/").content.decode()
    assert Dossier.objects.get(pk=dossier.pk).owner_identity_number == BINH


def test_two_administrators_at_once_decide_once() -> None:
    dossier = full()
    wish, admin = erasure.ask_for_erasure(dossier), factories.officer(dossier.agency, Role.AGENCY_ADMIN)

    def decide(_number: int) -> bool:
        try:
            erasure.erase(ErasureRequest.objects.get(pk=wish.pk), actor=admin)
        except NotErasable:
            return False
        return True

    assert sorted(at_once(2, decide)) == [False, True]
    assert AuditEntry.objects.filter(action="erased").count() == 1
