"""Who would pay another amount under a schedule that is being prepared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from psycopg2.extras import DateRange

from dossiers.fees import assessment
from dossiers.models import Dossier
from dossiers.post.orders import Address, load_rates
from dossiers.submission.submit import Application, submit
from procedures.fees import Facts
from procedures.models import FeeRule, FeeSchedule, ProcedureCase, ScheduleState
from procedures.schedules import lifecycle
from procedures.schedules.preview import Charged, Difference, differences, preview
from tests.support import factories, schedules
from tests.support.fee_rules import DAY, rule


def test_only_those_who_would_pay_another_amount_are_told() -> None:
    rules = [
        rule(case=1, price=12_000, channel="counter", starts=DAY),
        rule(case=1, price=10_000, channel="online", starts=DAY),
        rule(case=2, price=1, quantity_fact="pages", starts=DAY),
    ]
    charged = [
        Charged("same", 1, Facts("online"), {"A": 10_000}),
        Charged("dearer", 1, Facts("counter"), {"A": 10_000}),
        Charged("cheaper", 2, Facts(quantities={"pages": 5}), {"A": 9}),
        Charged("lost", 3, Facts(), {"A": 5_000}),
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


@pytest.mark.django_db
def test_an_unchanged_copy_changes_nothing_for_anybody() -> None:
    """Postage is the post's, and what an officer set after examination stays as it was set."""
    agency, case = factories.agency(), factories.case()
    case.procedure.agencies.add(agency)
    examined = ProcedureCase.objects.create(procedure=case.procedure, slug="tham-dinh", name="Phải thẩm định")
    active = schedules.schedule(case, 10_000, timezone.localdate() - timedelta(days=9))
    FeeRule.objects.create(
        schedule=active, case=examined, code="B", name="Phí", kind="phi", price=0, is_to_be_determined=True
    )
    active.state = ScheduleState.ACTIVE
    active.save()
    load_rates()
    address = Address("Nguyễn Thị Bình", "+84912345678", "Số 1", "Phường Việt Trì", "Phú Thọ")
    submit(Application(case, agency, "An", "+84912345678", return_method="post", post_to=address, submission_key="a"))
    weighed, _ = submit(Application(examined, agency, "Tâm", "+84912345678", submission_key="b"))
    assessment.determine(weighed, {"B": 700_000}, officer=factories.officer(agency), reason="Biên bản 12")
    copy = lifecycle.clone(active, by=schedules.person("ke"), starts=timezone.localdate())
    compared = preview(copy)
    assert (compared.looked_at, compared.differences) == (2, ())
    FeeRule.objects.filter(schedule=copy, code="A").update(price=12_000)
    assert preview(copy).change == 2_000
