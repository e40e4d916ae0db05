"""Dossiers whose fee only an examination can tell."""

from __future__ import annotations

from agencies.models import Agency
from dossiers.models import Dossier
from dossiers.submission.submit import Application, submit
from procedures.models import FeeRule, FeeSchedule, ScheduleState
from tests.support import factories


def awaiting_amount(of: Agency) -> Dossier:
    case = factories.case()
    schedule = FeeSchedule.objects.create(
        procedure=case.procedure, version=1, valid_during=factories.FOREVER, legal_basis="NQ 1"
    )
    rule = {"schedule": schedule, "case": case, "kind": "phi"}
    FeeRule.objects.create(**rule, code="A", name="Phí thẩm định", price=0, is_to_be_determined=True)
    FeeRule.objects.create(
        **rule, code="B", name="Lệ phí", price=10_000, refund_policy="none", refund_text="không hoàn"
    )
    schedule.state = ScheduleState.ACTIVE
    schedule.save()
    return submit(Application(case, of, "Nguyễn Thị Bình", "+84912345678"))[0]
