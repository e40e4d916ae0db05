"""A hand-over made by mistake is undone under supervision (10 → 9) and kept whole."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.test import Client

from agencies.models import AuditEntry, Role
from dossiers.errors import NotTakenBack
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release, take_back
from dossiers.models import Dossier, HandOver, TakenBack
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.decisions import decide
from tests.support.desk import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_result_given_out_by_mistake_is_taken_back_by_a_second_person_and_given_out_anew() -> None:
    dossier = factories.dossier(state=9, amount=0)
    leader = factories.officer(dossier.agency, Role.AGENCY_ADMIN)
    release(dossier, officer=leader, receiver=Receiver("Người khác", "family"))
    officer = signed_in(dossier.agency)
    assert decide(officer, dossier, "thu-hoi").status_code == 403
    own = Client()
    own.force_login(leader, backend="django.contrib.auth.backends.ModelBackend")
    assert decide(own, dossier, "thu-hoi").status_code == 422
    assert Dossier.objects.get().state == 10
    second = signed_in(dossier.agency, Role.AGENCY_ADMIN)
    assert decide(second, dossier, "thu-hoi", reason="").status_code == 422
    decide(second, dossier, "thu-hoi", reason="trả nhầm người")
    fresh = Dossier.objects.get()
    assert (fresh.state, fresh.returned_at) == (9, None)
    kept = TakenBack.objects.get()
    assert (kept.hand_over["receiver_name"], kept.reason) == ("Người khác", "trả nhầm người")
    with pytest.raises(IntegrityError, match="append-only"):
        TakenBack.objects.update(reason="khác")
    release(fresh, officer=leader, receiver=Receiver("Nguyễn Thị Bình", "owner"))
    assert HandOver.objects.get().receiver_name == "Nguyễn Thị Bình"
    acts = AuditEntry.objects.filter(action__in=("hand_over", "take_back")).order_by("pk")
    assert [(act.action, act.actor_id == leader.pk) for act in acts] == [
        ("hand_over", True),
        ("take_back", False),
        ("hand_over", True),
    ]


def test_two_leaders_take_back_at_once_and_one_does() -> None:
    dossier = factories.dossier(state=9, amount=0)
    release(dossier, officer=factories.officer(dossier.agency), receiver=Receiver("x", "family"))
    leaders = [factories.officer(dossier.agency, Role.AGENCY_ADMIN) for _ in range(2)]
    results = at_once(2, lambda number: take_back(dossier, actor=leaders[number], reason="nhầm"))
    assert sum(isinstance(result, NotTakenBack) for result in results) == 1
    assert TakenBack.objects.count() == 1
