"""Working a dossier over HTTP: which decisions a state allows, to whom, what they write, and two officers at once."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import AgencySuccession, AuditEntry, Role
from dossiers.desk.open_decisions import DECISIONS
from dossiers.errors import IllegalDossierMove, NothingOwed
from dossiers.models import Assignment, Attachment, Dossier, Message, NoticeKind, Result, WrittenNotice
from dossiers.processing import decisions
from dossiers.states import DossierState, check_move
from payments.callbacks import inbox
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.decisions import decide
from tests.support.desk import RECEIVER, pdf_text, signed_in
from tests.support.files import pdf
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
#: docs/architecture.md#states; 10→9 is a supervised correction and no edge here (`handover.take_back`).
EDGES = {1: "2 3 5 7", 5: "1 2 4 7 8", 2: "4 5 6 7", 4: "5 6 7 8 9", 6: "4 7 8", 8: "4", 9: "10"}
OFFERED = {
    1: "giao bo-sung tu-choi rut",
    2: "giao bo-sung xin-loi cho-phi rut",
    4: "giao ket-qua bo-sung dung xin-loi cho-phi rut",
    5: "giao dung tiep-tuc da-bo-sung rut",
    6: "giao dung tiep-tuc rut",
    8: "giao tiep-tuc",
    9: "giao",
    10: "thu-hoi",
}
PDF = pdf("ket qua")


def test_a_dossier_moves_along_the_edges_of_the_design_and_no_other() -> None:
    allowed = set()
    for before, after in itertools.product(DossierState, repeat=2):
        try:
            check_move(before, after)
        except IllegalDossierMove:
            continue
        allowed.add((before, after))
    assert allowed == {(before, int(after)) for before, afters in EDGES.items() for after in afters.split()}


@pytest.mark.parametrize("state", range(1, 11))
def test_a_state_offers_its_decisions_and_refuses_all_others(state: int) -> None:
    dossier = factories.dossier(state=state, amount=0 if state == 6 else 10_000)
    Dossier.objects.update(received_at=timezone.now(), due_at=timezone.now())
    client = signed_in(dossier.agency, Role.AGENCY_ADMIN)
    if state != 10:
        offered = {decision.name for decision in client.get(f"/quay/{dossier.code}/").context["decisions"]}
        assert offered == set(OFFERED.get(state, "").split())
    for name in DECISIONS.keys() - set(OFFERED.get(state, "").split()):
        refused = 403 if DECISIONS[name].by == "signs_for" else 302
        assert decide(client, dossier, name, taker=1).status_code == refused
        assert client.get(f"/quay/{dossier.code}/xu-ly/?viec={name}").status_code == refused
    assert Dossier.objects.get().state == state
    assert not (Assignment.objects.exists() or WrittenNotice.objects.exists() or Result.objects.exists())


def test_a_dossier_goes_from_reception_to_handling_to_signing_and_comes_out_with_a_result(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    dossier = factories.dossier(amount=0)
    reception = factories.officer(dossier.agency)
    handling = factories.officer(dossier.agency, Role.HANDLING_OFFICER)
    signer, stranger = factories.officer(dossier.agency, Role.AGENCY_ADMIN), factories.officer(factories.agency())
    client = Client()
    client.force_login(reception, backend="django.contrib.auth.backends.ModelBackend")
    client.post(f"/quay/{dossier.code}/chuyen/")
    client.post(f"/quay/{dossier.code}/chuyen/")
    assert decide(client, dossier, "giao", taker=stranger.pk).status_code == 422
    decide(client, dossier, "giao", taker=handling.pk)
    decide(client, dossier, "giao", taker=signer.pk, stage="signing")
    assert [(each.taker, each.stage) for each in Assignment.objects.all()] == [
        (handling, "handling"),
        (signer, "signing"),
    ]
    with pytest.raises(IntegrityError, match="append-only"):
        Assignment.objects.update(note="khác")
    theirs = Client()
    theirs.force_login(signer, backend="django.contrib.auth.backends.ModelBackend")
    assert dossier.code in theirs.get("/quay/?viec=cua-toi").content.decode()
    assert dossier.code not in client.get("/quay/?viec=cua-toi").content.decode()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert decide(theirs, dossier, "ket-qua", signed_on=tomorrow).status_code == 422
    assert decide(theirs, dossier, "ket-qua", file=SimpleUploadedFile("k.exe", b"MZ")).status_code == 422
    assert Dossier.objects.get().state == 4
    decide(theirs, dossier, "ket-qua", file=SimpleUploadedFile("k.pdf", PDF))
    assert (Dossier.objects.get().state, Result.objects.get().number) == (9, "123/GXN")
    assert b"".join(client.get(f"/quay/{dossier.code}/ket-qua/").streaming_content) == PDF  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(action="read_result", actor=reception).exists()
    assert signed_in(factories.agency()).get(f"/quay/{dossier.code}/ket-qua/").status_code == 404
    theirs.post(f"/quay/{dossier.code}/hoan-tac/")
    assert not Result.objects.exists()


def test_only_a_leader_extends_and_only_to_a_later_date() -> None:
    dossier = factories.dossier(state=4, amount=0)
    due = timezone.now() + timedelta(days=10)
    Dossier.objects.update(received_at=timezone.now(), due_at=due, original_due_at=due)
    officer, leader = signed_in(dossier.agency), signed_in(dossier.agency, Role.AGENCY_ADMIN)
    assert decide(officer, dossier, "xin-loi").status_code == 403
    for day in (timezone.localdate() + timedelta(days=5), timezone.localdate() + timedelta(days=999)):
        assert decide(leader, dossier, "xin-loi", until=day.isoformat()).status_code == 422
    assert not WrittenNotice.objects.exists()
    decide(leader, dossier, "xin-loi")
    fresh, notice = Dossier.objects.get(), WrittenNotice.objects.get()
    assert fresh.due_at == notice.due_after
    assert notice.due_before == due
    assert f"{timezone.localtime(fresh.due_at):%d/%m/%Y}" in Message.objects.get().text


def test_who_only_reads_decides_nothing() -> None:
    dossier = factories.dossier(state=2)
    for role in (Role.AUDITOR, Role.ACCOUNTANT, Role.CASHIER):
        assert decide(signed_in(dossier.agency, role), dossier, "rut").status_code == 403
    assert decide(signed_in(factories.agency()), dossier, "rut").status_code == 404
    assert Dossier.objects.get().state == 2


def test_a_supplement_taken_back_within_a_minute_was_never_sent_and_cost_no_time() -> None:
    dossier = factories.dossier(state=2)
    Dossier.objects.update(received_at=timezone.now() - timedelta(days=3))
    client, before = signed_in(dossier.agency), Dossier.objects.get().received_at
    decide(client, dossier, "bo-sung")
    assert Message.objects.get().next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert dossier.pauses.filter(ended_at=None).count() == 1
    client.post(f"/quay/{dossier.code}/hoan-tac/")
    assert not (Message.objects.exists() or dossier.pauses.exists())
    assert WrittenNotice.objects.get().withdrawn_at
    decide(client, dossier, "bo-sung")
    decide(client, dossier, "da-bo-sung")
    client.post(f"/quay/{dossier.code}/hoan-tac/")
    assert dossier.pauses.get().ended_at is None
    assert Dossier.objects.get().received_at == before  # the first reception stays


def test_waiting_for_money_ends_when_all_of_it_has_come() -> None:
    dossier = factories.dossier(state=2)
    client = signed_in(dossier.agency)
    decide(client, dossier, "cho-phi")
    decide(client, dossier, "tiep-tuc")
    assert Dossier.objects.get().state == 6
    second = factories.bill(of=dossier.agency)
    dossier.bill_links.create(bill=second)
    for bill, state in ((dossier.bills.exclude(pk=second.pk).get(), 6), (second, 4)):
        post(confirm(factories.payment(of=bill)))
        inbox.drain_all()
        assert Dossier.objects.get().state == state
    assert not dossier.pauses.filter(ended_at=None).exists()
    decide(client, dossier, "cho-phi")
    assert Dossier.objects.get().state == 4


def test_of_two_officers_who_decide_at_once_one_is_told_that_it_has_moved() -> None:
    """5 → 7 is an edge too: without looking at what each saw, the second would silently undo the first."""
    for _ in range(5):
        dossier = factories.dossier()
        officers = [factories.officer(dossier.agency) for _ in range(2)]

        def work(number: int, dossier: Dossier = dossier, officers: Any = officers) -> Any:
            if number:
                return decisions.go_on(dossier, DossierState.WITHDRAWN, actor=officers[1])
            return decisions.give_notice(dossier, NoticeKind.SUPPLEMENT, actor=officers[0], reason="x")

        answers = at_once(2, work)
        assert sum(isinstance(answer, IllegalDossierMove) for answer in answers) == 1, answers
        assert dossier.events.count() == 1


def test_money_that_comes_in_the_moment_it_is_asked_for_leaves_nobody_waiting() -> None:
    for _ in range(5):
        dossier = factories.dossier(state=4)
        officer = factories.officer(dossier.agency)
        post(confirm(factories.payment(of=dossier.bills.get())))

        def work(number: int, dossier: Dossier = dossier, officer: Any = officer) -> Any:
            if number:
                return inbox.drain_all()
            return decisions.go_on(dossier, DossierState.FINANCIAL_OBLIGATION, actor=officer)

        answers = at_once(2, work)
        assert not [a for a in answers if isinstance(a, Exception) and not isinstance(a, NothingOwed)], answers
        assert Dossier.objects.get(pk=dossier.pk).state == 4


def test_an_old_page_decides_nothing() -> None:
    dossier = factories.dossier(state=2)
    decide(signed_in(dossier.agency), dossier, "rut", seen="1-0-0-0")
    assert Dossier.objects.get().state == 2


@pytest.mark.parametrize(
    ("name", "state", "form", "says"),
    [
        ("bo-sung", 2, "02", ("Hộ chiếu", "Thiếu bản chính")),
        ("tu-choi", 1, "03", ("Thiếu bản chính",)),
        ("xin-loi", 4, "04", ("xin lỗi", "hẹn trả kết quả")),
        ("dung", 4, "05", ("Thiếu bản chính",)),
        ("giao", 2, "06", ("Thụ lý", "xem giúp")),
    ],
)
def test_each_form_of_the_circular_says_what_was_decided(
    name: str, state: int, form: str, says: tuple[str, ...]
) -> None:
    dossier = factories.dossier(state=state)
    client = signed_in(dossier.agency, Role.AGENCY_ADMIN)
    taker = client.get("/quay/").context["user"].pk
    paper = {"giao": "kiem-soat"}.get(name, name)
    if name != "giao":
        assert client.post(f"/quay/{dossier.code}/in/", {"giay": paper, "kho": "a4"}).status_code == 404
    decide(client, dossier, name, taker=taker)
    answer = client.post(f"/quay/{dossier.code}/in/", {"giay": paper, "kho": "a4"})
    text = " ".join(pdf_text(answer.content).split())
    assert all(word in text for word in (f"Mẫu số {form}", dossier.code, "Nguyễn Thị Bình", *says)), text


def test_the_papers_a_citizen_sent_are_read_on_record_and_by_nobody_elses_officer(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    dossier = factories.dossier()
    paper = Attachment(dossier=dossier, name="CCCD mặt trước.pdf", content_type="text/html", size=len(PDF))
    paper.file.save("a.pdf", ContentFile(PDF))
    client, address = signed_in(dossier.agency), f"/quay/{dossier.code}/giay-to/{paper.pk}/"
    for state, refusal in (("pending", ""), ("refused", "infected")):
        Attachment.objects.update(state=state, refusal=refusal)
        assert address not in client.get(f"/quay/{dossier.code}/").content.decode()
        assert client.get(address).status_code == 404, "fail closed: nobody opens what is not clean"
    Attachment.objects.update(state="clean", refusal="")
    assert address in client.get(f"/quay/{dossier.code}/").content.decode()
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment;") and "sandbox" in answer["Content-Security-Policy"]
    assert AuditEntry.objects.filter(action="read_paper").count() == 1
    other = factories.dossier(dossier.agency)
    assert client.get(f"/quay/{other.code}/giay-to/{paper.pk}/").status_code == 404
    assert signed_in(factories.agency()).get(address).status_code == 404


def test_papers_that_came_before_reception_go_back_to_it() -> None:
    dossier = factories.dossier(amount=0)
    client = signed_in(dossier.agency)
    decide(client, dossier, "bo-sung")
    offered = {decision.name for decision in client.get(f"/quay/{dossier.code}/").context["decisions"]}
    assert "xem-lai" in offered
    assert "tiep-tuc" not in offered
    decide(client, dossier, "xem-lai")
    fresh = Dossier.objects.get()
    assert (fresh.state, fresh.received_at) == (1, None)
    assert not fresh.pauses.filter(ended_at=None).exists()


def test_todays_agency_stands_before_the_one_it_took_over() -> None:
    home, gone = (
        factories.agency("Xã Ý"),
        factories.agency("Xã Ao", valid_during=DateRange(date(2020, 1, 1), date(2025, 7, 1))),
    )
    AgencySuccession.objects.create(predecessor=gone, successor=home, effective_date=date(2025, 7, 1))
    assert list(signed_in(home).get("/quay/").context["agencies"]) == [home, gone]


def test_what_goes_by_post_has_a_tracking_number_and_only_when_it_is_paid() -> None:
    dossier = factories.dossier(state=9, amount=0)
    Dossier.objects.update(return_method="post")
    client, address = signed_in(dossier.agency), f"/quay/{dossier.code}/tra-ket-qua/"
    assert client.get(f"/quay/{dossier.code}/").context["form"].initial["relation"] == "post"
    posted = {**RECEIVER, "receiver_name": "Bưu điện", "relation": "post"}
    assert "Ghi số vận đơn" in client.post(address, posted, follow=True).content.decode()
    assert Dossier.objects.get().state == 9
    page = client.post(address, {**posted, "tracking_number": "ea 123 456 789 vn"}, follow=True).content.decode()
    assert "EA123456789VN" in page
    assert Dossier.objects.get().hand_over.identity_tail == ""
    slip = client.post(f"/quay/{dossier.code}/in/", {"giay": "bien-nhan", "kho": "a5"})
    assert "EA123456789VN" in pdf_text(slip.content)
    unpaid = factories.dossier(dossier.agency, state=9)
    client.post(f"/quay/{unpaid.code}/tra-ket-qua/", {**posted, "tracking_number": "EA123456789VN"})
    assert Dossier.objects.get(pk=unpaid.pk).state == 9
