"""What a hand-over writes, what undoing it leaves, and who may do either: without a page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from agencies.models import AuditEntry
from dossiers.errors import DossierMoved, NotReleasable, NotTakenBack
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import put_back, release, take_back, undo_release, why_not
from dossiers.models import (
    Dossier,
    DossierBill,
    ExemptionCheck,
    HandOver,
    Message,
    PostalState,
    Relation,
    TakenBack,
)
from dossiers.post import orders
from tests.support import factories
from tests.support.exemptions import claiming

pytestmark = pytest.mark.django_db
NUMBER = "EA123456789VN"
POSTED = Receiver("Nguyễn Thị Bình", "post", tracking_number=NUMBER)


def ready(amount: int = 0) -> Dossier:
    dossier = factories.dossier(state=9, amount=amount)
    dossier.bills.update(state="waived")
    return dossier


def to_be_posted() -> Dossier:
    dossier = ready()
    orders.order(dossier, orders.Address("Nguyễn Thị Bình", "+84912345678", "Khu 1", "Hy Cương", "Phú Thọ"))
    return dossier


def give(dossier: Dossier, receiver: Receiver | None = None, **values: Any) -> HandOver:
    return release(
        dossier,
        officer=factories.officer(dossier.agency),
        receiver=receiver or Receiver("A", "family", "card", "0101"),
        **values,
    )


def told(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


@pytest.mark.parametrize("state", range(1, 14))
def test_only_what_is_finished_and_settled_is_given(state: int) -> None:
    dossier = Dossier(state=state)
    if state == 10:
        assert why_not(dossier) == "already_returned"
    elif state != 9:
        assert why_not(dossier) == "not_finished"


def test_an_open_bill_keeps_the_result() -> None:
    dossier = factories.dossier(state=9)
    assert why_not(dossier) == "not_settled"
    with pytest.raises(NotReleasable, match="not_settled"):
        give(dossier)
    dossier.bills.update(state="paid", settled_at=timezone.now())
    assert why_not(Dossier.objects.get()) == ""


def test_nobody_is_given_what_is_the_owners_under_another_name() -> None:
    dossier = ready()
    with pytest.raises(NotReleasable, match="not_the_owner"):
        give(dossier, Receiver("Người Khác", "owner"))
    assert Dossier.objects.get().state == 9


def test_a_hand_over_says_who_took_it_what_they_showed_and_what_each_bill_was() -> None:
    dossier = ready(amount=5_000)
    second = factories.bill(of=dossier.agency)
    DossierBill.objects.create(dossier=dossier, bill=second)
    type(second).objects.filter(pk=second.pk).update(state="paid", settled_at=timezone.now())
    factories.bill(of=dossier.agency)  # of somebody else
    first = dossier.bills.order_by("pk").first()
    assert first
    note = "x" * 300
    given = give(dossier, Receiver("A", "family", "card", "1230101", note=note), batch="b7")
    given.refresh_from_db()
    assert (given.receiver_name, given.relation, given.identity_shown) == ("A", "family", "card")
    assert (given.identity_tail, given.identity_note, given.tracking_number) == ("0101", note[:255], "")
    assert (given.dossier, given.batch) == (dossier, "b7")
    assert given.bill_states == {str(first.pk): "waived", str(second.pk): "paid"}
    (event,) = dossier.events.filter(kind="handed_over")
    entry = told("hand_over")
    assert given.officer_id == event.actor_id == entry.actor_id
    assert (entry.subject, entry.agency) == (f"dossier:{dossier.code}", dossier.agency)
    assert entry.detail == {"relation": "family", "identity_shown": "card", "why_another_paper": note}


def test_what_authorises_somebody_is_kept_and_audited() -> None:
    letter = "x" * 200
    given = give(ready(), Receiver("A", Relation.AUTHORISED, "card", "0101", letter=letter))
    given.refresh_from_db()
    assert (given.letter, told("hand_over").detail["letter"]) == (letter[:120], letter)


def test_an_exemption_is_proven_first() -> None:
    dossier = claiming(factories.agency(), state=9)
    assert dossier.is_settled and why_not(dossier) == "not_proven"
    with pytest.raises(NotReleasable, match="not_proven"):
        give(dossier)
    by = factories.officer(dossier.agency)
    ExemptionCheck.objects.create(dossier=dossier, actor=by, is_proven=True, ground="x", amount=1)
    assert why_not(Dossier.objects.get()) == ""


def test_who_saw_an_earlier_version_does_nothing() -> None:
    dossier = ready()
    dossier.seen = "another"
    with pytest.raises(DossierMoved):
        give(dossier)
    dossier.seen = ""
    give(dossier)
    dossier.seen = "another"
    with pytest.raises(DossierMoved):
        take_back(dossier, actor=factories.officer(dossier.agency), reason="nhầm")
    assert HandOver.objects.exists() and not TakenBack.objects.exists()


def test_without_a_note_and_a_number_nothing_is_said_of_them() -> None:
    dossier = to_be_posted()
    give(dossier)
    assert told("hand_over").detail == {"relation": "family", "identity_shown": "card"}
    assert HandOver.objects.get().batch == ""
    assert dossier.postal_order.state == PostalState.ORDERED
    assert not Message.objects.filter(kind="posted").exists()


def test_what_is_posted_is_told_when_the_minute_is_over() -> None:
    dossier, other = to_be_posted(), to_be_posted()
    type(dossier.postal_order).objects.update(ended_at=timezone.now())
    given = give(dossier, POSTED)
    dossier.postal_order.refresh_from_db()
    other.postal_order.refresh_from_db()
    assert (dossier.postal_order.state, dossier.postal_order.ended_at) == (PostalState.POSTED, None)
    assert other.postal_order.state == PostalState.ORDERED and other.postal_order.ended_at
    (message,) = Message.objects.filter(kind="posted")
    assert (message.dossier, message.subject) == (dossier, f"handover:{given.pk}")
    assert NUMBER in message.text and given.tracking_number == NUMBER
    assert timedelta(seconds=55) < message.next_attempt_at - timezone.now() <= timedelta(seconds=60)


def test_what_is_undone_is_kept_and_told_to_nobody() -> None:
    dossier, other = to_be_posted(), to_be_posted()
    given, actor = give(dossier, POSTED), factories.officer(dossier.agency)
    give(other, POSTED)
    type(dossier.postal_order).objects.update(ended_at=timezone.now())
    sent = Message.objects.create(
        dossier=dossier, subject=f"handover:{given.pk}", kind="x", recipient="1", text="x", sent_at=timezone.now()
    )
    unrelated = Message.objects.create(dossier=dossier, subject="refund:1", kind="x", recipient="1", text="x")
    undo_release(Dossier.objects.get(pk=dossier.pk), actor=actor)
    assert set(dossier.messages.all()) == {sent, unrelated}
    assert other.messages.filter(kind="posted").count() == 1
    for order, state in ((dossier.postal_order, PostalState.ORDERED), (other.postal_order, PostalState.POSTED)):
        order.refresh_from_db()
        assert (order.state, order.ended_at is None) == (state, state == PostalState.ORDERED)
    kept = TakenBack.objects.get()
    assert (kept.dossier, kept.actor, kept.reason) == (dossier, actor, "Hoàn tác trong 60 giây")
    assert not HandOver.objects.filter(dossier=dossier).exists()
    assert Dossier.objects.get(pk=dossier.pk).state == 9


def test_undoing_what_was_given_at_the_desk_leaves_the_post_alone() -> None:
    dossier = to_be_posted()
    give(dossier)
    type(dossier.postal_order).objects.update(state=PostalState.POSTED)
    undo_release(Dossier.objects.get(), actor=factories.officer(dossier.agency))
    dossier.postal_order.refresh_from_db()
    assert dossier.postal_order.state == PostalState.POSTED


def test_all_of_a_hand_over_is_kept_but_whose_it_was() -> None:
    dossier = ready()
    given, actor = give(dossier, batch="b7"), factories.officer(dossier.agency)
    at = given.at = HandOver.objects.get().at
    undone = put_back(Dossier.objects.get(), given, actor=actor, reason="x" * 300)
    assert undone.reason == "x" * 255
    assert "id" not in undone.hand_over and "dossier" not in undone.hand_over
    expected = {"receiver_name": "A", "relation": "family", "batch": "b7", "at": at.isoformat(), "bill_states": {}}
    assert expected.items() <= undone.hand_over.items()
    (event,) = dossier.events.filter(kind="taken_back")
    assert (event.actor, event.note) == (actor, "x" * 255)


def test_a_second_person_takes_back_what_was_given_and_says_why() -> None:
    dossier = ready()
    actor = factories.officer(dossier.agency)
    release(ready(), officer=actor, receiver=Receiver("B", "family"))  # of somebody else, before and after
    given = give(dossier)
    release(ready(), officer=actor, receiver=Receiver("C", "family"))
    with pytest.raises(NotTakenBack):
        take_back(dossier, actor=given.officer, reason="nhầm")
    undone = take_back(dossier, actor=actor, reason="nhầm")
    assert (undone.actor, undone.reason, undone.dossier) == (actor, "nhầm", dossier)
    assert undone.hand_over["receiver_name"] == "A"
    entry = told("take_back")
    assert (entry.subject, entry.actor, entry.agency) == (f"dossier:{dossier.code}", actor, dossier.agency)
    assert entry.detail == {"reason": "nhầm"}
    with pytest.raises(NotTakenBack):
        take_back(dossier, actor=actor, reason="nhầm")


def test_what_lies_at_the_desk_is_not_taken_back_nor_what_nobody_took() -> None:
    dossier = ready()
    given = give(dossier)
    Dossier.objects.update(state=9)
    with pytest.raises(NotTakenBack):
        take_back(dossier, actor=factories.officer(dossier.agency), reason="nhầm")
    given.delete()
    Dossier.objects.update(state=10)
    with pytest.raises(NotTakenBack):
        take_back(dossier, actor=factories.officer(dossier.agency), reason="nhầm")


def test_giving_and_taking_back_are_transactions_of_their_own() -> None:
    dossier = ready()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        give(dossier)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        take_back(dossier, actor=factories.officer(dossier.agency), reason="nhầm")
