"""A draft before its signer: handed up, signed, sent back, recalled; two answers at once; agencies without a signer."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from agencies.models import AuditEntry, Role, User
from dossiers.attachments.validation import Paper
from dossiers.errors import IllegalDossierMove, NotAssignable, NotSignable
from dossiers.models import Dossier, Message, NoticeKind, Result, SigningRequest, Stage
from dossiers.printing import official_forms
from dossiers.processing import decisions, signing
from dossiers.states import DossierState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.files import pdf
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PDF = pdf("du thao")
DRAFT = Paper(name="du-thao.pdf", content=PDF, content_type="application/pdf", suffix=".pdf")


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


class Office:
    """A dossier in process at an agency with an officer and two signers."""

    def __init__(self) -> None:
        self.dossier = factories.dossier(state=4, amount=0)
        Dossier.objects.update(received_at=timezone.now(), due_at=timezone.now())
        self.dossier.refresh_from_db()
        self.reception = factories.officer(self.dossier.agency)
        self.officer = factories.officer(self.dossier.agency, Role.HANDLING_OFFICER)
        self.signer, self.deputy = (factories.officer(self.dossier.agency, Role.SIGNER) for _ in range(2))

    def submit(self) -> SigningRequest:
        return signing.submit(self.dossier, number="15/GXN", draft=DRAFT, to=self.signer, actor=self.officer)

    def decide(self, who: User, name: str, **values: Any) -> Any:
        return browser_of(who).post(f"/quay/{self.dossier.code}/xu-ly/?viec={name}", values)

    def offered(self, who: User) -> set[str]:
        page = browser_of(who).get(f"/quay/{self.dossier.code}/")
        return {decision.name for decision in page.context["decisions"]}

    def state(self) -> int:
        return Dossier.objects.get(pk=self.dossier.pk).state


def test_a_draft_is_handed_up_signed_and_goes_to_the_desk_under_the_signers_name() -> None:
    office = Office()
    page = f"/quay/{office.dossier.code}/"
    office.decide(
        office.officer,
        "trinh-ky",
        number="15/GXN",
        file=SimpleUploadedFile("d.pdf", PDF),
        taker=office.signer.pk,
        note="đủ điều kiện",
    )
    waiting = SigningRequest.objects.get()
    browser = browser_of(office.signer)
    listed = browser.get("/quay/")
    assert [str(row.action) for row in listed.context["rows"]] == ["Ký kết quả"]
    assert listed.context["view"] == "cho-toi-ky"
    assert office.dossier.code not in browser_of(office.deputy).get("/quay/?viec=cho-toi-ky").content.decode()
    assert office.dossier.code in browser_of(office.officer).get("/quay/?viec=trinh-ky").content.decode()
    form = browser.get(page + "xu-ly/?viec=ky")
    assert "đủ điều kiện" in form.content.decode()
    draft: Any = browser.get(f"{page}du-thao/{waiting.pk}/")
    assert b"".join(draft.streaming_content) == PDF
    assert office.decide(office.signer, "ky", draft=waiting.pk, number="16/GXN").status_code == 302
    result = Result.objects.get()
    assert (office.state(), result.number, result.signed_by, result.signer) == (
        9,
        "16/GXN",
        office.signer,
        str(office.signer),
    )
    assert result.file.read() == PDF
    assert AuditEntry.objects.filter(action="sign", actor=office.signer).exists()
    sheet = official_forms.control_sheet(office.dossier, timezone.now())
    printed = " | ".join(what for _at, what, _who in sheet.rows)
    assert f"Trình ký: {office.officer} giao, {office.signer} nhận" in printed
    assert f"Chuyển trả kết quả: {office.signer} giao" in printed
    assert "Đã trình lãnh đạo ký" not in printed, "said once"


def test_the_citizen_reads_that_the_result_waits_for_its_signature_and_no_reason() -> None:
    office = Office()
    citizen = Client()
    citizen.get(f"/giay-hen/{office.dossier.slip_token}/")
    waiting = office.submit()
    assert "Kết quả đang chờ lãnh đạo ký" in citizen.get(f"/ho-so/{office.dossier.code}/").content.decode()
    signing.send_back(waiting, actor=office.signer, reason="sai căn cứ ở mục 2")
    page = citizen.get(f"/ho-so/{office.dossier.code}/").content.decode()
    assert "Cơ quan đang giải quyết" in page
    assert "sai căn cứ" not in page


def test_a_draft_sent_back_returns_to_who_made_it_with_the_reason_and_can_be_handed_up_again() -> None:
    office = Office()
    waiting = office.submit()
    assert office.decide(office.signer, "tra-lai", draft=waiting.pk, reason="").status_code == 422
    office.decide(office.signer, "tra-lai", draft=waiting.pk, reason="sai căn cứ")
    assert (office.state(), Dossier.objects.get().assignee) == (4, office.officer)
    assert "sai căn cứ" in browser_of(office.officer).get(f"/quay/{office.dossier.code}/").content.decode()
    again = office.submit()
    assert office.decide(office.signer, "ky", draft=waiting.pk, number="1").status_code == 409, (
        "not the one that lies there"
    )
    assert office.state() == 4
    office.decide(office.signer, "ky", draft=again.pk, number="1")
    assert office.state() == 9


def test_who_may_do_what_while_a_draft_waits_and_while_none_does() -> None:
    office = Office()
    admin = factories.officer(office.dossier.agency, Role.AGENCY_ADMIN)
    assert "ket-qua" not in office.offered(office.officer), "whoever has a signer has results signed"
    assert office.offered(office.signer) == {"giao", "xin-loi", "ket-qua-giay"}
    assert "ket-qua-giay" in office.offered(admin)
    waiting = office.submit()
    assert office.offered(office.signer) == {"ky", "tra-lai", "xin-loi"}
    assert office.offered(office.officer) & {"trinh-ky", "rut-trinh", "giao", "ky"} == {"rut-trinh"}
    assert office.decide(office.officer, "ky", draft=waiting.pk, number="1").status_code == 403
    assert office.decide(admin, "ky", draft=waiting.pk, number="1").status_code == 403
    with pytest.raises(NotAssignable):
        decisions.assign(office.dossier, office.reception, Stage.HANDLING, actor=office.officer)
    with pytest.raises(NotSignable):
        office.submit()
    assert browser_of(office.signer).post(f"/quay/{office.dossier.code}/tra-ket-qua/", {}).status_code == 403
    stranger = factories.officer(factories.agency("Xã khác"), Role.SIGNER)
    assert office.decide(stranger, "ky", draft=waiting.pk, number="1").status_code == 404


def test_nobody_signs_what_they_drafted_not_even_with_both_roles() -> None:
    office = Office()
    office.officer.memberships.create(agency=office.dossier.agency, role=Role.SIGNER, valid_during=factories.FOREVER)
    with pytest.raises(NotSignable):
        signing.submit(office.dossier, number="1", draft=DRAFT, to=office.officer, actor=office.officer)
    waiting = office.submit()
    assert office.decide(office.officer, "ky", draft=waiting.pk, number="1").status_code == 422
    with pytest.raises(IntegrityError, match="draft_is_signed_by_another"), transaction.atomic():
        SigningRequest.objects.update(state="signed", decided_by=office.officer, decided_at=timezone.now())
    assert office.decide(office.deputy, "ky", draft=waiting.pk, number="1").status_code == 302, "a deputy may"
    assert office.state() == 9


def test_of_two_signers_at_once_one_signs() -> None:
    office = Office()
    waiting = office.submit()
    answers = at_once(2, lambda n: signing.sign(waiting, actor=(office.signer, office.deputy)[n], number="1"))
    refused = [each for each in answers if isinstance(each, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], IllegalDossierMove)
    assert Result.objects.count() == 1


def test_signed_and_sent_back_in_the_same_moment_one_counts() -> None:
    office = Office()
    waiting = office.submit()
    answers = (
        lambda: signing.sign(waiting, actor=office.signer, number="1"),
        lambda: signing.send_back(waiting, actor=office.deputy, reason="sai"),
    )
    outcomes = at_once(2, lambda n: answers[n]())
    assert sum(isinstance(each, (NotSignable, IllegalDossierMove)) for each in outcomes) == 1
    is_signed = SigningRequest.objects.get().state == "signed"
    assert (office.state(), Result.objects.count()) == ((9, 1) if is_signed else (4, 0))


def test_a_signature_taken_back_within_a_minute_lies_before_its_signer_again() -> None:
    office = Office()
    waiting = office.submit()
    office.decide(office.signer, "ky", draft=waiting.pk, number="1")
    browser_of(office.signer).post(f"/quay/{office.dossier.code}/hoan-tac/")
    assert (office.state(), Result.objects.count(), Message.objects.count()) == (4, 0, 0)
    assert office.offered(office.signer) == {"ky", "tra-lai", "xin-loi"}
    assert Dossier.objects.get().assignee == office.signer
    office.decide(office.signer, "ky", draft=waiting.pk, number="1")
    assert office.state() == 9


def test_a_dossier_that_leaves_process_takes_its_draft_back() -> None:
    office = Office()
    waiting = office.submit()
    decisions.go_on(Dossier.objects.get(), DossierState.WITHDRAWN, actor=None)
    waiting.refresh_from_db()
    assert (waiting.state, Dossier.objects.get().assignee) == ("recalled", office.officer)
    with pytest.raises(NotSignable):
        signing.sign(SigningRequest.objects.get(), actor=office.signer, number="1")
    assert not Result.objects.exists()


def test_a_draft_handed_up_after_a_step_is_not_lost_by_undoing_it() -> None:
    office = Office()
    decisions.give_notice(office.dossier, NoticeKind.STOP, actor=office.officer, reason="chờ")
    office.dossier.refresh_from_db()
    decisions.go_on(office.dossier, DossierState.IN_PROCESS, actor=office.officer)
    office.dossier.refresh_from_db()
    office.submit()
    browser_of(office.officer).post(f"/quay/{office.dossier.code}/hoan-tac/")
    assert (office.state(), SigningRequest.objects.get().state) == (4, "waiting")


def test_recalled_to_be_mended() -> None:
    office = Office()
    waiting = office.submit()
    office.decide(office.officer, "rut-trinh", draft=waiting.pk)
    assert office.offered(office.officer) & {"trinh-ky", "rut-trinh", "giao"} == {"trinh-ky", "giao"}
    assert Dossier.objects.get().assignee == office.officer


def test_a_draft_is_read_by_who_works_on_it_and_by_nobody_else() -> None:
    office = Office()
    waiting = office.submit()
    address = f"/quay/{office.dossier.code}/du-thao/{waiting.pk}/"
    for role, status in (
        (Role.CASHIER, 403),
        (Role.ACCOUNTANT, 403),
        (Role.AUDITOR, 403),
        (Role.HANDLING_OFFICER, 200),
    ):
        assert browser_of(factories.officer(office.dossier.agency, role)).get(address).status_code == status
    other = factories.dossier(office.dossier.agency, state=4)
    assert browser_of(office.signer).get(f"/quay/{other.code}/du-thao/{waiting.pk}/").status_code == 404
    assert AuditEntry.objects.filter(action="read_draft").count() == 1


def test_the_signed_file_takes_the_drafts_place_and_what_is_no_paper_is_refused() -> None:
    office = Office()
    waiting = office.submit()
    bad = SimpleUploadedFile("k.exe", b"MZ")
    assert office.decide(office.signer, "ky", draft=waiting.pk, number="1", file=bad).status_code == 422
    signed = SimpleUploadedFile("k.pdf", PDF + b"signed")
    office.decide(office.signer, "ky", draft=waiting.pk, number="1", file=signed)
    assert BytesIO(Result.objects.get().file.read()).getvalue() == PDF + b"signed"
