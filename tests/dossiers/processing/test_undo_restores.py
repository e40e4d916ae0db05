"""A step undone leaves nothing behind: whatever it took away or closed stands as before, not the state alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from agencies.models import Role, User
from dossiers.attachments.validation import Paper
from dossiers.errors import NothingToUndo
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import ClockPause, Dossier, NoticeKind, SigningRequest, Stage
from dossiers.post import orders
from dossiers.processing import deadlines, decisions, signing
from dossiers.processing.undo import undo
from dossiers.states import DOSSIER_EDGES
from dossiers.states import DossierState as S
from tests.support import factories
from tests.support.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)
DRAFT = Paper(name="d.pdf", content=pdf("du thao"), content_type="application/pdf", suffix=".pdf")
NOTICES = {S.SUPPLEMENT: NoticeKind.SUPPLEMENT, S.REFUSED: NoticeKind.REFUSAL, S.STOPPED: NoticeKind.STOP}


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


class Office:
    """A dossier in a state as it has become so, held by somebody, with an officer, a handler and two signers."""

    def __init__(self, state: int, *, amount: int = 10_000) -> None:
        made = factories.dossier(state=state, amount=amount)
        self.reception = factories.officer(made.agency)
        self.handler = factories.officer(made.agency, Role.HANDLING_OFFICER)
        self.signer, self.deputy = (factories.officer(made.agency, Role.SIGNER) for _ in range(2))
        yesterday = timezone.now() - timedelta(days=1)
        if state != S.SUBMITTED:
            made.received_at = yesterday
        if state in deadlines.PAUSING:
            ClockPause.objects.create(dossier=made, state=state, started_at=yesterday)
        made.assignee = self.handler
        deadlines.count(made)
        made.save()
        self.made = made

    @property
    def dossier(self) -> Dossier:
        return Dossier.objects.get(pk=self.made.pk)

    def submit(self) -> SigningRequest:
        return signing.submit(self.dossier, number="15/GXN", draft=DRAFT, to=self.signer, actor=self.handler)

    def rows(self) -> dict[str, Any]:
        """All there is of the dossier but the lines that are only ever added."""
        of_it = {"dossier": self.made.pk}
        named = ("signing_requests", "pauses", "messages")
        rows: dict[str, Any] = {name: list(getattr(self.made, name).order_by("pk").values()) for name in named}
        rows["notices"] = list(self.made.notices.filter(withdrawn_at=None).values())
        for model in ("Result", "HandOver", "PostalOrder"):
            rows[model] = list(apps.get_model("dossiers", model).objects.filter(**of_it).values())
        return {"dossier": Dossier.objects.filter(pk=self.made.pk).values().get(), **rows}


def go(office: Office, after: int) -> User:
    """Make a step as its page does, and return who made it."""
    dossier, actor = office.dossier, office.reception
    if kind := NOTICES.get(S(after)):
        decisions.give_notice(dossier, kind, actor=actor, reason="thiếu giấy")
    elif after == S.FINISHED:
        decisions.record_result(
            dossier, number="1/KQ", signed_on=timezone.localdate(), signer="Chủ tịch", actor=actor, paper=DRAFT
        )
    else:
        decisions.go_on(dossier, S(after), actor=actor)
    return actor


def sign(office: Office, who: str) -> User:
    signer: User = getattr(office, who)
    waiting = SigningRequest.objects.get(dossier=office.made, state="waiting")
    signing.sign(waiting, actor=signer, number="16/GXN")
    return signer


EDGES = sorted((before, after) for before, after in DOSSIER_EDGES if after != S.RETURNED)
IN_PROCESS = [after for before, after in EDGES if before == S.IN_PROCESS]
#: What → the state it begins in, whether a draft lies with a signer, and the step.
STEPS: dict[str, tuple[int, bool, Callable[[Office], User]]] = {
    **{f"{a} to {b}": (a, False, lambda office, b=b: go(office, b)) for a, b in EDGES},  # type: ignore[misc]
    **{f"draft waits, 4 to {b}": (4, True, lambda office, b=b: go(office, b)) for b in IN_PROCESS},  # type: ignore[misc]
    "signed by whose list it was in": (4, True, lambda office: sign(office, "signer")),
    "signed by a deputy": (4, True, lambda office: sign(office, "deputy")),
}


@pytest.mark.parametrize("step", STEPS)
def test_after_undo_everything_stands_as_before(step: str) -> None:
    state, has_draft, do = STEPS[step]
    office = Office(state, amount=0 if state == S.FINANCIAL_OBLIGATION else 10_000)
    if has_draft:
        office.submit()
    before = office.rows()
    actor = do(office)
    assert office.rows() != before, "the control"
    undo(office.dossier, actor=actor)
    assert office.rows() == before


@pytest.mark.parametrize("is_posted", [False, True], ids=["at the desk", "by post"])
def test_after_a_hand_over_undone_everything_stands_as_before(is_posted: bool) -> None:
    office = Office(S.FINISHED, amount=0)
    if is_posted:
        orders.order(office.made, orders.Address("Bình", "+84912345678", "Khu 1", "Hy Cương", "Phú Thọ"))
    before = office.rows()
    number = "EA123456789VN" if is_posted else ""
    receiver = Receiver("Bưu điện", "post", tracking_number=number) if is_posted else Receiver("Lê Văn An", "family")
    release(office.dossier, officer=office.reception, receiver=receiver)
    undo(office.dossier, actor=office.reception)
    assert office.rows() == before


def test_papers_that_came_a_second_time_do_not_take_the_first_reception_away() -> None:
    office = Office(S.SUBMITTED)
    go(office, S.ACCEPTED)
    go(office, S.SUPPLEMENT)
    before = office.rows()
    undo_by = go(office, S.ACCEPTED)
    undo(office.dossier, actor=undo_by)
    assert office.dossier.received_at is not None
    assert office.rows() == before


@pytest.mark.parametrize("later", ["submitted", "given to another", "extended"])
def test_what_was_done_after_a_step_is_not_undone_with_it(later: str) -> None:
    office = Office(S.ACCEPTED)
    decisions.go_on(office.dossier, S.IN_PROCESS, actor=office.handler)
    if later == "submitted":
        office.submit()
    elif later == "given to another":
        decisions.assign(office.dossier, office.reception, Stage.HANDLING, actor=office.signer)
    else:
        until = timezone.now() + timedelta(days=60)
        decisions.extend(office.dossier, until, actor=office.signer, reason="cần xác minh")
    before = office.rows()
    with pytest.raises(NothingToUndo):
        undo(office.dossier, actor=office.handler)
    assert office.rows() == before
