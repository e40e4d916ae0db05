"""Every act at the desk says in the audit who did it, found by the dossier's code: each address that takes a POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency, AuditEntry, Role, User
from dossiers.attachments.validation import Paper
from dossiers.desk.open_decisions import DECISIONS
from dossiers.desk.urls import urlpatterns
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Assistance, Channel, Dossier, Draft, ErasureRequest
from dossiers.post import orders
from dossiers.processing import signing
from dossiers.processing.transitions import move
from dossiers.states import DossierState as S
from payments.cash_desk import collect as cash_desk
from payments.states import PaymentState
from tests.support import factories
from tests.support.decisions import decide
from tests.support.desk import RECEIVER
from tests.support.exemptions import claiming
from tests.support.files import pdf
from tests.support.signing_in import browser_of
from tests.support.submitting import asking
from tests.support.unpriced import awaiting_amount

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = Paper(name="d.pdf", content=pdf("du thao"), content_type="application/pdf", suffix=".pdf")
#: Where nothing is done to a dossier: what these find is recorded when it is shown.
SEARCHES = {"desk": "leads to a list or a dossier", "desk-photo": "the same, read from a picture"}


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path / "media", tmp_path / "messages.jsonl"


class Desk:
    """An officer with every right at an agency."""

    def __init__(self) -> None:
        self.agency: Agency = factories.agency()
        self.officer: User = factories.officer(self.agency, Role.AGENCY_ADMIN)
        for role in (Role.CASHIER, Role.RECEPTION_OFFICER, Role.HANDLING_OFFICER):
            self.officer.memberships.create(agency=self.agency, role=role, valid_during=factories.FOREVER)
        self.browser: Client = browser_of(self.officer)

    def dossier(self, state: int, amount: int = 0) -> Dossier:
        made = factories.dossier(self.agency, state=state, amount=amount)
        Dossier.objects.filter(pk=made.pk).update(received_at=timezone.now(), due_at=timezone.now())
        return made

    def post(self, name: str, on: Dossier | Draft, query: str = "", **given: Any) -> str:
        answer = self.browser.post(reverse(name, args=[on.code]) + query, given)
        assert answer.status_code < 400, (name, answer.status_code)
        return on.code

    def draft(self, channel: Channel = Channel.ONLINE) -> Draft:
        draft = factories.draft(asking(self.agency))
        Assistance.objects.create(draft=draft, officer=self.officer, agency=self.agency, channel=channel)
        return draft


def _take(desk: Desk) -> str:
    cash_desk.open_shift(desk.officer, desk.agency, opening_amount=0)
    dossier = desk.dossier(S.IN_PROCESS, 10_000)
    bill = dossier.bills.get()
    given: dict[str, Any] = {"bill": bill.pk, "tender": "cash", "received": "10000", "despite_open": "on"}
    return desk.post("desk-take", dossier, **given)


def _charged(desk: Desk) -> str:
    dossier = desk.dossier(S.ACCEPTED, 10_000)
    payment = factories.payment(of=dossier.bills.get(), state=PaymentState.FAILED)
    moment = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    given = {"attempt": payment.token, "amount": "10000", "charged_at": moment, "bank_ref": "FT26327123"}
    return desk.post("desk-charged", dossier, **given)


def _undo(desk: Desk) -> str:
    dossier = desk.dossier(S.SUBMITTED)
    move(dossier, S.ACCEPTED, actor=desk.officer)
    return desk.post("desk-undo", dossier)


def _post_says(desk: Desk) -> str:
    dossier = desk.dossier(S.FINISHED)
    orders.order(dossier, orders.Address("Nguyễn Thị Bình", "+84912345678", "Khu 1", "Hy Cương", "Phú Thọ"))
    receiver = Receiver("Bưu điện", "post", tracking_number="EA123456789VN")
    release(dossier, officer=factories.officer(desk.agency), receiver=receiver)
    return desk.post("desk-post", dossier, **{"buu-dien": "da-phat"})


def _hand_over_many(desk: Desk) -> str:
    dossier = desk.dossier(S.FINISHED)
    desk.browser.post(reverse("desk-hand-over-many"), {"ma": dossier.code, **RECEIVER})
    return dossier.code


def _erase(desk: Desk) -> str:
    dossier = desk.dossier(S.REFUSED)
    wish = ErasureRequest.objects.create(dossier=dossier)
    desk.browser.post(reverse("desk-erasures"), {"wish": wish.pk, "act": "refuse", "reason": "Còn tranh chấp"})
    return dossier.code


def _assist(desk: Desk) -> str:
    case = asking(desk.agency)
    given = {"case": case.slug, "agency": desk.agency.pk, "channel": "counter"}
    desk.browser.post(reverse("desk-assist"), given)
    return Draft.objects.get().code


def _scan(desk: Desk) -> str:
    dossier = desk.dossier(S.ACCEPTED)
    desk.browser.post(reverse("desk-scans"), {"lan": "1", "quet": dossier.code})
    return dossier.code


def _amounts(desk: Desk) -> str:
    return desk.post("desk-amounts", awaiting_amount(desk.agency), amount_0="16000", reason="Biên bản 12")


def _register(desk: Desk) -> str:
    desk.browser.post(reverse("desk-register"), {"co-quan": desk.agency.pk, "thang": "2026-11"})
    return f"agency:{desk.agency.pk}"


ACTS: dict[str, Callable[[Desk], str]] = {
    "desk-next": lambda desk: desk.post("desk-next", desk.dossier(S.SUBMITTED)),
    "desk-undo": _undo,
    "desk-check": lambda desk: desk.post("desk-check", desk.dossier(S.ACCEPTED, 10_000)),
    "desk-charged": _charged,
    "desk-take": _take,
    "desk-work": lambda desk: desk.post("desk-work", desk.dossier(S.SUBMITTED), "?viec=tu-choi", reason="Sai nơi nộp"),
    "desk-print": lambda desk: desk.post("desk-print", desk.dossier(S.ACCEPTED), giay="giay-hen", kho="80"),
    "desk-post": _post_says,
    "desk-hand-over": lambda desk: desk.post("desk-hand-over", desk.dossier(S.FINISHED), **RECEIVER),
    "desk-hand-over-many": _hand_over_many,
    "desk-erasures": _erase,
    "desk-register": _register,
    "desk-scans": _scan,
    "desk-assist": _assist,
    "desk-assisted": lambda desk: desk.post("desk-assisted", desk.draft(), viec="bo"),
    "desk-amounts": _amounts,
    "desk-exemption": lambda desk: desk.post("desk-exemption", claiming(desk.agency), giay="co"),
}


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: str(pattern.name))
def test_every_address_that_takes_a_post_leaves_who_did_what(pattern: Any) -> None:
    desk, name = Desk(), pattern.name
    values: dict[str, Any] = {"code": "x", "number": 1}
    address = reverse(name, kwargs={each: values[each] for each in pattern.pattern.converters})
    if name in SEARCHES or desk.browser.post(address).status_code == 405:
        assert name not in ACTS
        return
    if name == "desk-assisted-print":
        return  # tests/dossiers/submission/test_assisted.py fills in the steps, prints, and finds the entry
    code = ACTS[name](desk)
    written = AuditEntry.objects.filter(actor=desk.officer)
    named = [entry for entry in written if code in entry.subject or code in entry.detail.get("shown", ())]
    assert named, f"{name}: nothing says who did it"


STEPS: dict[str, tuple[int, int]] = {
    "giao": (S.ACCEPTED, 0),
    "ket-qua": (S.IN_PROCESS, 0),
    "bo-sung": (S.SUBMITTED, 0),
    "tu-choi": (S.SUBMITTED, 0),
    "dung": (S.IN_PROCESS, 0),
    "xin-loi": (S.IN_PROCESS, 0),
    "cho-phi": (S.IN_PROCESS, 10_000),
    "tiep-tuc": (S.STOPPED, 0),
    "da-bo-sung": (S.SUPPLEMENT, 0),
    "xem-lai": (S.SUPPLEMENT, 0),
    "rut": (S.ACCEPTED, 0),
}
AT_THE_SIGNER = ("ky", "tra-lai", "rut-trinh")
WITH_A_SIGNER = ("trinh-ky", "ket-qua-giay")


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_leaves_who_made_it(name: str) -> None:
    desk = Desk()
    state, amount = STEPS.get(name, (S.IN_PROCESS, 0))
    dossier = desk.dossier(state, amount)
    if name == "thu-hoi":
        Dossier.objects.filter(pk=dossier.pk).update(state=S.FINISHED)
        release(dossier, officer=factories.officer(desk.agency), receiver=Receiver("Lê Văn An", "family"))
    if name == "xem-lai":
        Dossier.objects.filter(pk=dossier.pk).update(received_at=None)
    actor = desk.officer
    given: dict[str, Any] = {"taker": actor.pk}
    if name in AT_THE_SIGNER + WITH_A_SIGNER:
        signer = factories.officer(desk.agency, Role.SIGNER)
        given["taker"] = signer.pk
        if name in AT_THE_SIGNER:
            given["draft"] = signing.submit(dossier, number="1", draft=DRAFT, to=signer, actor=actor).pk
            actor = actor if name == "rut-trinh" else signer
        elif name == "trinh-ky":
            given["file"] = SimpleUploadedFile("d.pdf", DRAFT.content)
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    answer = decide(browser_of(actor), Dossier.objects.get(pk=dossier.pk), name, **given)
    assert answer.status_code == 302, answer.context["form"].errors
    acts = AuditEntry.objects.exclude(pk__in=before).filter(actor=actor, subject=f"dossier:{dossier.code}")
    assert acts.exists(), f"{name}: nothing says who decided"


def test_money_taken_at_the_counter_is_found_by_the_dossier_and_by_the_cashier() -> None:
    desk = Desk()
    code = _take(desk)
    entry = AuditEntry.objects.get(action="counter_taken")
    assert (entry.actor, entry.agency) == (desk.officer, desk.agency)
    assert entry.detail["amount"] == 10_000
    admin = browser_of(factories.officer(desk.agency, Role.AGENCY_ADMIN))
    for sought in (code, desk.officer.username):
        assert "Thu tiền tại quầy" in admin.get("/admin/agencies/auditentry/", {"q": sought}).content.decode()


def test_the_page_of_a_dossier_tells_what_was_done_and_undone_and_by_whom() -> None:
    desk = Desk()
    dossier = desk.dossier(S.SUBMITTED)
    desk.post("desk-work", dossier, "?viec=tu-choi", reason="Sai nơi nộp")
    desk.post("desk-undo", dossier)
    page = " ".join(desk.browser.get(f"/quay/{dossier.code}/").content.decode().split())
    who = str(desk.officer)
    assert f"Không được tiếp nhận · {who} · Sai nơi nộp" in page
    assert f"Đã hoàn tác bước “Không được tiếp nhận” · {who}" in page
