"""Two officers, one dossier: a form acts on the version it was opened in, or says who has moved the dossier since."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from agencies.models import Role, User
from dossiers.attachments.validation import Paper
from dossiers.desk.open_decisions import DECISIONS
from dossiers.models import Dossier, HandOver, SigningRequest
from dossiers.post import orders
from dossiers.processing import decisions, signing
from dossiers.states import DossierState as S
from payments.cash_desk import collect as cash_desk
from tests.support import factories
from tests.support.decisions import filled
from tests.support.desk import RECEIVER
from tests.support.exemptions import claiming
from tests.support.files import pdf
from tests.support.html_forms import forms_in
from tests.support.signing_in import browser_of
from tests.support.unpriced import awaiting_amount

pytestmark = pytest.mark.django_db(transaction=True)
PDF = pdf("du thao")
DRAFT = Paper(name="d.pdf", content=PDF, content_type="application/pdf", suffix=".pdf")
#: Forms that act on no version of the dossier.
OF_ANY_VERSION = {
    "desk": "the box",
    "desk-scans": "looks dossiers up",
    "desk-check": "asks the bank",
    "desk-print": "prints what there is",
    "desk-undo": "takes back one's own last step, or nothing",
    "desk-take": "money: held against the bill, which names what came since",
    "account_logout": "leaves",
    "set_language": "turns the page",
}


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


class Office:
    """A dossier in process, with reception, a handler and a signer."""

    def __init__(self, state: int = S.IN_PROCESS) -> None:
        self.made = factories.dossier(state=state, amount=0)
        Dossier.objects.update(received_at=timezone.now(), due_at=timezone.now())
        self.reception, self.handler, self.signer = (
            factories.officer(self.made.agency, role)
            for role in (Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER, Role.SIGNER)
        )

    @property
    def dossier(self) -> Dossier:
        return Dossier.objects.get(pk=self.made.pk)

    def submit(self, number: str = "15/GXN") -> SigningRequest:
        return signing.submit(self.dossier, number=number, draft=DRAFT, to=self.signer, actor=self.handler)

    def open(self, who: User, name: str) -> tuple[Client, dict[str, str], Any]:
        """Open a decision's form; return the browser, its hidden fields and the page."""
        browser = browser_of(who)
        page = browser.get(self.address(name))
        return browser, hidden(page), page

    def address(self, name: str) -> str:
        return f"/quay/{self.made.code}/xu-ly/?viec={name}"


def hidden(page: Any) -> dict[str, str]:
    form = next(form for form in forms_in(page.content.decode()) if any(c.name == "seen" for c in form.controls))
    return {control.name: control.value for control in form.controls if control.kind == "hidden"}


def test_a_supplement_asked_for_while_the_draft_went_to_its_signer_is_refused_in_words_once() -> None:
    office = Office()
    browser, fields, _page = office.open(office.reception, "bo-sung")
    waiting = office.submit()
    given = filled(items="Giấy khai sinh bản chính", **fields)
    refused = browser.post(office.address("bo-sung"), given)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert f"{office.handler} vừa trình ký hồ sơ này" in page
    assert "Giấy khai sinh bản chính" in page, "nothing typed is lost"
    assert f"Dự thảo 15/GXN đang chờ {office.signer} ký" in " ".join(page.split())
    assert office.dossier.state == S.IN_PROCESS
    assert browser.post(office.address("bo-sung"), given | hidden(refused)).status_code == 302, "now they know"
    waiting.refresh_from_db()
    assert (office.dossier.state, waiting.state) == (S.SUPPLEMENT, "recalled")


def test_a_form_opened_while_a_draft_waits_says_that_it_will_be_taken_back() -> None:
    office = Office()
    _browser, _fields, before = office.open(office.reception, "bo-sung")
    assert "được rút về" not in before.content.decode()
    office.submit()
    _browser, _fields, page = office.open(office.reception, "bo-sung")
    assert "được rút về" in page.content.decode()
    _browser, _fields, page = office.open(office.signer, "ky")
    assert "được rút về" not in page.content.decode()


def test_a_signer_whose_draft_was_replaced_sees_the_new_one_and_can_sign_it() -> None:
    office = Office()
    old = office.submit("SO-CU-1")
    browser, fields, _page = office.open(office.signer, "ky")
    signing.recall(old, actor=office.handler)
    office.submit("SO-MOI-2")
    refused = browser.post(office.address("ky"), {**fields, "number": "SO-CU-1"})
    assert refused.status_code == 409
    assert refused.context["form"]["number"].value() == "SO-MOI-2"
    assert "vừa trình ký" in refused.content.decode()
    assert browser.post(office.address("ky"), {**hidden(refused), "number": "SO-MOI-2"}).status_code == 302
    assert office.dossier.state == S.FINISHED


def test_what_no_longer_can_be_decided_leads_back_with_who_did_what() -> None:
    office = Office(S.ACCEPTED)
    browser, fields, _page = office.open(office.reception, "bo-sung")
    decisions.go_on(office.dossier, S.WITHDRAWN, actor=office.handler)
    page = browser.post(office.address("bo-sung"), filled(**fields), follow=True).content.decode()
    assert f"{office.handler} vừa chuyển hồ sơ này sang “Công dân yêu cầu rút hồ sơ”" in page
    assert office.dossier.state == S.WITHDRAWN


def test_a_dossier_given_to_another_meanwhile_is_not_given_on_unseen() -> None:
    office = Office(S.ACCEPTED)
    browser, fields, _page = office.open(office.reception, "giao")
    decisions.assign(office.dossier, office.signer, "handling", actor=office.handler)  # type: ignore[arg-type]
    refused = browser.post(office.address("giao"), filled(taker=office.reception.pk, **fields))
    assert refused.status_code == 409
    assert f"{office.handler} vừa giao hồ sơ này cho {office.signer}" in refused.content.decode()
    assert office.dossier.assignee == office.signer


@pytest.mark.parametrize("many", [False, True], ids=["one", "several"])
def test_a_result_signed_anew_is_not_handed_over_from_the_page_of_the_old_one(many: bool) -> None:
    office = Office()
    signing.sign(office.submit(), actor=office.signer, number="1")
    browser, code = browser_of(office.reception), office.made.code
    address = f"/quay/tra-nhieu/?ma={code}" if many else f"/quay/{code}/"
    form = next(f for f in forms_in(browser.get(address).content.decode()) if "tra-" in (f.action or address))
    fields = {control.name: control.value for control in form.controls if control.kind == "hidden"}
    browser_of(office.signer).post(f"/quay/{code}/hoan-tac/")
    signing.sign(SigningRequest.objects.get(), actor=office.signer, number="2")
    to = "/quay/tra-nhieu/" if many else f"/quay/{code}/tra-ket-qua/"
    page = browser.post(to, RECEIVER | fields, follow=True).content.decode()
    assert f"{office.signer} vừa" in page
    assert not HandOver.objects.exists()


def test_every_form_that_moves_a_dossier_says_of_which_version_it_is() -> None:
    """The net: whatever is posted to an address of one dossier, from its page, its decisions, the list of several."""
    agency = factories.agency()
    everything = factories.officer(agency, Role.AGENCY_ADMIN)
    for role in (Role.CASHIER, Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER, Role.SIGNER):
        everything.memberships.create(agency=agency, role=role, valid_during=factories.FOREVER)
    cash_desk.open_shift(everything, agency, opening_amount=0)
    browser = browser_of(everything)
    pages = {reverse("desk-amounts", args=[awaiting_amount(agency).code])}
    pages.add(reverse("desk-dossier", args=[claiming(agency).code]))
    for state in S:
        dossier = factories.dossier(agency, state=state if state != S.RETURNED else S.FINISHED, amount=0)
        if state == S.RETURNED:
            orders.order(dossier, orders.Address("Bình", "+84912345678", "Khu 1", "Hy Cương", "Phú Thọ"))
            posted = RECEIVER | {"relation": "post", "tracking_number": "EA123456789VN"}
            browser.post(reverse("desk-hand-over", args=[dossier.code]), posted)
        pages |= {reverse("desk-dossier", args=[dossier.code])}
        pages |= {f"{reverse('desk-work', args=[dossier.code])}?viec={name}" for name in DECISIONS}
        pages |= {f"{reverse('desk-hand-over-many')}?ma={dossier.code}"}
    of_it, without = set(), set()
    for path in sorted(pages):
        answer = browser.get(path)
        for form in forms_in(answer.content.decode()) if answer.status_code == 200 else ():
            name = resolve(urlsplit(form.action or path).path).view_name
            names = {control.name.split("-")[0] for control in form.controls}
            if form.method == "post" and name not in OF_ANY_VERSION:
                of_it.add(name)
                without |= set() if "seen" in names else {name}
    of_decisions = {"desk-next", "desk-work", "desk-amounts", "desk-exemption"}
    assert of_it == {*of_decisions, "desk-hand-over", "desk-hand-over-many", "desk-post"}
    assert not without


def test_an_old_form_of_a_draft_keeps_its_file_apart() -> None:
    office = Office()
    browser, fields, _page = office.open(office.handler, "trinh-ky")
    decisions.assign(office.dossier, office.handler, "handling", actor=office.reception)  # type: ignore[arg-type]
    given = {**fields, "number": "9/GXN", "taker": office.signer.pk, "file": SimpleUploadedFile("d.pdf", PDF)}
    refused = browser.post(office.address("trinh-ky"), given)
    assert refused.status_code == 409
    assert refused.context["form"]["number"].value() == "9/GXN"
    assert not SigningRequest.objects.exists()
