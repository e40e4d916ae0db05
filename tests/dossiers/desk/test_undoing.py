"""A hand-over is undone within the minute by who made it, several together, and tells nobody of what was undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import AuditEntry
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, DossierEvent, HandOver, TakenBack
from dossiers.post import orders
from dossiers.processing import undo
from tests.support import factories
from tests.support.desk import RECEIVER, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_after_a_minute_a_step_stays_and_so_does_a_hand_over() -> None:
    dossier = factories.dossier(state=9, amount=0)
    officer = factories.officer(dossier.agency)
    old = DossierEvent.objects.create(dossier=dossier, kind="state_changed", before=4, after=9, actor=officer)
    assert undo.last_step(dossier, officer, old.at + timedelta(seconds=59))
    assert undo.last_step(dossier, officer, old.at + timedelta(seconds=61)) is None
    release(dossier, officer=officer, receiver=Receiver("A", "family"))
    dossier.refresh_from_db()
    given = HandOver.objects.get()
    assert undo.last_step(dossier, officer, given.at + timedelta(seconds=59))
    assert undo.last_step(dossier, officer, given.at + timedelta(seconds=61)) is None
    assert undo.last_step(dossier, factories.officer(dossier.agency), timezone.now()) is None, "only who gave it"


def test_a_hand_over_is_undone_within_the_minute_kept_and_given_out_anew() -> None:
    dossier = factories.dossier(state=9, amount=0)
    client = signed_in(dossier.agency)
    client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER)
    assert "hoan-tac" in client.get(f"/quay/{dossier.code}/").content.decode()
    client.post(f"/quay/{dossier.code}/hoan-tac/")
    fresh = Dossier.objects.get()
    assert (fresh.state, fresh.returned_at) == (9, None)
    assert TakenBack.objects.get().hand_over["receiver_name"] == RECEIVER["receiver_name"]
    assert AuditEntry.objects.filter(action="step_undone", subject=f"dossier:{dossier.code}").exists()
    page = client.get(f"/quay/{dossier.code}/").content.decode()
    assert "hoan-tac" not in page, "an undoing is not undone"
    client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER)
    assert Dossier.objects.get().state == 10


def test_results_given_together_are_undone_together() -> None:
    agency = factories.agency()
    codes = [factories.dossier(agency, state=9, amount=0).code for _ in range(3)]
    client = signed_in(agency)
    client.post("/quay/tra-nhieu/", {"ma": codes, **RECEIVER})
    answer = client.post(f"/quay/{codes[0]}/hoan-tac/", follow=True)
    assert "Đã hoàn tác lần trả 3 kết quả" in answer.content.decode()
    assert set(Dossier.objects.values_list("state", flat=True)) == {9}


def test_what_was_posted_by_mistake_tells_nobody() -> None:
    dossier = factories.dossier(state=9, amount=0)
    orders.order(dossier, orders.Address("Nguyễn Thị Bình", "+84912345678", "Khu 1", "Hy Cương", "Phú Thọ"))
    client = signed_in(dossier.agency)
    posted = {"relation": "post", "tracking_number": "EA123456789VN"}
    client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER | posted)
    assert dossier.messages.filter(kind="posted", next_attempt_at__gt=timezone.now()).exists()
    client.post(f"/quay/{dossier.code}/hoan-tac/")
    assert not dossier.messages.filter(kind="posted").exists()
    assert dossier.postal_order.state == "ordered"
