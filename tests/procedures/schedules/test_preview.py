"""Who would pay another amount under a schedule that is being prepared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from psycopg2.extras import DateRange

from dossiers.models import Dossier
from dossiers.submission.submit import Application, submit
from procedures.fees import Facts
from procedures.models import FeeRule, FeeSchedule, ScheduleState
from procedures.schedules.preview import Charged, Difference, differences, preview
from tests.support import factories
from tests.support.fee_rules import DAY, rule


def test_only_those_who_would_pay_another_amount_are_told() -> None:
    rules = [
        rule(case=1, price=12_000, channel="counter", starts=DAY),
        rule(case=1, price=10_000, channel="online", starts=DAY),
        rule(case=2, price=1, quantity_fact="pages", starts=DAY),
    ]
    charged = [
        Charged("same", 1, Facts("online"), 10_000),
        Charged("dearer", 1, Facts("counter"), 10_000),
        Charged("cheaper", 2, Facts(quantities={"pages": 5}), 9),
        Charged("lost", 3, Facts(), 5_000),
    ]
    compared = differences(charged, rules, DAY)
    assert compared.looked_at == 4
    assert compared.differences == (
        Difference("dearer", 10_000, 12_000),
        Difference("cheaper", 9, 5),
        Difference("lost", 5_000, None),
    )
    assert compared.change == 2_000 - 4


@pytest.mark.django_db
def test_real_dossiers_of_the_last_thirty_days_are_looked_at() -> None:
    case, agency = factories.case(), factories.agency()
    for version, (price, state) in enumerate(((10_000, ScheduleState.ACTIVE), (12_000, ScheduleState.DRAFT)), 1):
        made = FeeSchedule.objects.create(
            procedure=case.procedure,
            version=version,
            valid_during=DateRange(date(2020, 1, 1), None),
            legal_basis="NQ 1",
        )
        FeeRule.objects.create(
            schedule=made, case=case, code="A", name="Lệ phí", kind="le_phi", price=price, quantity_fact="copies"
        )
        made.state = state
        made.save()
    new, _ = submit(Application(case, agency, "Bình", "+84912345678", quantities={"copies": 3}, submission_key="a"))
    old, _ = submit(Application(case, agency, "An", "+84912345678", quantities={"copies": 1}, submission_key="b"))
    Dossier.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=40))
    compared = preview(made)
    assert compared.looked_at == 1
    assert compared.differences == (Difference(new.code, 30_000, 36_000),)
