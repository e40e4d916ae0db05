"""Dossiers whose owners claim to owe less."""

from __future__ import annotations

from django.utils import timezone

from agencies.models import Agency
from dossiers.models import Dossier
from dossiers.submission.submit import Application, submit
from procedures.models import Exemption, FeeSchedule, ScheduleState
from tests.support import factories
from tests.support.schedules import schedule

GROUND, EVIDENCE = "Hộ nghèo", "giấy chứng nhận hộ nghèo"


def claiming(of: Agency, *, state: int = 1, percent: int = 100, for_all: int = 0, price: int = 160_000) -> Dossier:
    """Hand in a dossier of a poor household, and leave it in a state; everybody gets `for_all` percent less."""
    case = factories.case()
    made = schedule(case, price, timezone.localdate())
    Exemption.objects.create(schedule=made, group="ho-ngheo", name=GROUND, percent=percent, evidence=EVIDENCE)
    if for_all:
        Exemption.objects.create(schedule=made, group="", name="TT 64", percent=for_all)
    FeeSchedule.objects.filter(pk=made.pk).update(state=ScheduleState.ACTIVE)
    groups = frozenset({"ho-ngheo"})
    dossier, _pin = submit(Application(case, of, "Nguyễn Thị Bình", "+84912345678", groups=groups))
    Dossier.objects.filter(pk=dossier.pk).update(state=state)
    return Dossier.objects.get(pk=dossier.pk)
