"""After an erasure every text of the database is read, decrypted, for what named the person: only the books know it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models
from django.test import Client
from django.utils import timezone

from agencies import citizens
from agencies.models import Role, User
from core.values.text import fold
from dossiers.errors import NotErasable
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, Draft, ErasureRequest, Rating
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.post import orders as postal_orders
from dossiers.privacy import erasure
from dossiers.states import DossierState
from dossiers.submission.submit import Application, submit
from payments.callbacks import inbox
from payments.models import Bill, ChargeClaim, Discrepancy
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.payments.charge_claims import claim_of, picture
from tests.support.postal import case as priced_case
from tests.support.signing_in import BACKEND, browser_of
from tests.support.submitting import picture as paper

pytestmark = pytest.mark.django_db(transaction=True)
NAME, PHONE, NUMBER, EMAIL, STREET = (
    "Trịnh Thị Ngọc Uyển",
    "0987 111 222",
    "025190777888",
    "uyen@example.vn",
    "Ngõ Hoa Sữa",
)
TRACES = tuple(fold(trace) for trace in (NAME, PHONE, "987111222", NUMBER, NUMBER[-4:], EMAIL, STREET))
#: Luật Kế toán: what was owed, paid and receipted, and by whom, stays as it was.
BOOKS = {"payments.Bill.payer_name", "payments.Receipt.payer_name"}
#: What payers and banks wrote of a payment: evidence of money, kept with it.
STAYS = {"payments.ChargeClaim.bank_ref", "payments.Discrepancy.note"}


@pytest.fixture(autouse=True)
def _ground(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path / "media", tmp_path / "messages.jsonl"
    postal_orders.load_rates()


def traces() -> set[str]:
    """Return the columns in which somebody can still be read: every row, text, JSON and decrypted."""
    return {f"{model._meta.label}.{name}" for model in apps.get_models() for name in _named_in(model)}


def _named_in(model: type[models.Model]) -> Iterator[str]:
    for row in model._default_manager.values().iterator():
        for name, value in row.items():
            as_text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
            if not isinstance(value, (int, float)) and any(trace in fold(as_text) for trace in TRACES):
                yield name


def handed_out() -> tuple[Dossier, User]:
    """A dossier with the person in every place there is, paid, posted, its result given out."""
    agency = factories.agency()
    case = priced_case(agency, 10_000)
    person = {"owner_name": NAME, "owner_identity_number": NUMBER, "owner_phone": PHONE, "owner_email": EMAIL}
    browser = Client()
    browser.post(f"/nop-ho-so/{case.slug}/", {**person, "owner_address": STREET})
    begun = Draft.objects.latest("id")
    browser.post(f"/ho-so-nhap/{begun.code}/giay-to/them/", {"requirement": "", "files": [paper()]})
    user = User.objects.create(username="uyen", email=EMAIL)
    citizens.remember(user, citizens.Claims(NAME, NUMBER, PHONE, EMAIL))
    EmailAddress.objects.create(user=user, email=EMAIL)
    SocialAccount.objects.create(user=user, provider="vneid", uid=NUMBER, extra_data={"name": NAME})
    to = postal_orders.Address(NAME, "+84987111222", STREET, "Xã Hy Cương", "Phú Thọ")
    application = Application(
        case=case,
        agency=agency,
        owner_name=NAME,
        owner_identity_number=NUMBER,
        owner_phone="+84987111222",
        owner_email=EMAIL,
        owner_address=STREET,
        return_method="post",
        post_to=to,
        submission_key="u" * 32,
        answers=(("Tên cũ", NAME),),
    )
    dossier, _pin = submit(application)
    for bill in Bill.objects.all():
        lost = factories.payment(of=bill, state="expired")
        claim_of(lost, bank_ref=f"CK {NAME}", proof=picture())
        post(confirm(factories.payment(of=bill)))
    inbox.drain_all()
    one_time_codes.send("lookup", dossier.code, dossier.owner_phone)
    Rating.objects.create(dossier=dossier, score=5, words=f"{NAME} cảm ơn")
    officer = factories.officer(agency)
    browser_of(officer).get("/quay/", {"q": NAME})
    browser_of(officer).get(f"/quay/{dossier.code}/")
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.FINISHED)
    release(
        Dossier.objects.get(pk=dossier.pk), officer=officer, receiver=Receiver(NAME, "owner", identity_tail=NUMBER[-4:])
    )
    return Dossier.objects.get(pk=dossier.pk), user


def test_of_whom_was_erased_only_the_books_speak() -> None:
    dossier, user = handed_out()
    before = traces()
    places = {label.rsplit(".", 1)[0] for label in before}
    assert places >= {
        *("dossiers.Dossier", "dossiers.Draft", "dossiers.Message", "dossiers.OneTimeCode", "dossiers.PostalOrder"),
        *("dossiers.HandOver", "dossiers.Rating", "payments.ChargeClaim", "agencies.Citizen", "agencies.User"),
        *("account.EmailAddress", "socialaccount.SocialAccount", "payments.Bill", "payments.Receipt"),
    }, "the scan sees every place it has to"
    files = [str(paper.file.name) for paper in Draft.objects.get(dossier=None).attachments.all()]
    files += [str(claim.proof.name) for claim in ChargeClaim.objects.all()]
    assert files and all(default_storage.exists(name) for name in files)
    books, money = ledger_check.check(), list(Bill.objects.order_by("id").values())
    admin = factories.officer(dossier.agency, Role.AGENCY_ADMIN)
    wish = erasure.ask_for_erasure(dossier)
    with pytest.raises(NotErasable):
        erasure.erase(wish, actor=admin)  # somebody still looks into the claim
    answer_claims()
    erasure.erase(ErasureRequest.objects.get(pk=wish.pk), actor=admin)

    assert traces() - BOOKS <= STAYS
    assert {label for label in traces() if label in BOOKS} == BOOKS
    assert not any(default_storage.exists(name) for name in files)
    assert not User.objects.get(pk=user.pk).is_active
    assert (ledger_check.check(), list(Bill.objects.order_by("id").values())) == (books, money)


def answer_claims() -> None:
    Discrepancy.objects.filter(kind="charged_claim").update(closed_at=timezone.now(), resolution="x")


def test_the_export_tells_of_drafts_claims_codes_and_the_post_and_drafts_only_to_their_owner() -> None:
    dossier, user = handed_out()
    helper = Client()
    helper.get(f"/giay-hen/{dossier.slip_token}/")
    exported = helper.get(f"/ho-so/{dossier.code}/du-lieu.json").json()
    assert exported["drafts"] == []
    assert exported["posted_to"]["street"] == STREET
    assert [claim["picture_bytes"] > 0 for claim in exported["claims"]] == [True] * len(exported["claims"])
    assert exported["claims"]
    assert [code["for"] for code in exported["one_time_codes"]] == ["lookup"]
    owner = Client()
    owner.force_login(user, backend=BACKEND)
    owner.get(f"/ho-so/{dossier.code}/")
    [draft] = owner.get(f"/ho-so/{dossier.code}/du-lieu.json").json()["drafts"]
    assert draft["answers"]["nguoi-nop"]["owner_name"] == [NAME]
    assert draft["papers"]
    page = owner.get(f"/ho-so/{dossier.code}/du-lieu/").content.decode()
    assert draft["code"] in page
    assert STREET in page


def test_a_draft_of_somebody_else_with_the_same_phone_stays() -> None:
    dossier, _user = handed_out()
    other = Client()
    person = {"owner_name": "Đỗ Văn Cả", "owner_identity_number": "025085000101", "owner_phone": PHONE}
    other.post(f"/nop-ho-so/{dossier.case.slug}/", person)
    assert Draft.objects.filter(dossier=None).count() == 2
    answer_claims()
    erasure.erase(erasure.ask_for_erasure(dossier), actor=factories.officer(dossier.agency, Role.AGENCY_ADMIN))
    assert Draft.objects.get(dossier=None).answers["nguoi-nop"]["owner_name"] == ["Đỗ Văn Cả"]


def test_a_second_dossier_keeps_the_account() -> None:
    dossier, user = handed_out()
    another = factories.dossier(dossier.agency)
    another.owner_identity_number = NUMBER
    another.save()
    answer_claims()
    erasure.erase(erasure.ask_for_erasure(dossier), actor=factories.officer(dossier.agency, Role.AGENCY_ADMIN))
    assert User.objects.get(pk=user.pk).is_active
