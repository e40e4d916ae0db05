"""What lies on the administrators' desks: fee schedules being made, by the product's own verbs."""

from __future__ import annotations

from datetime import date

from agencies.models import Role, User
from procedures.models import FeeSchedule, ScheduleState
from procedures.schedules import lifecycle


def lay(today: date) -> None:
    """Leave a draft of a schedule for the first administrator, and one that the second proposed for approval."""
    held = User.objects.filter(memberships__role=Role.PROVINCE_ADMIN, memberships__valid_during__contains=today)
    administrators = list(held.order_by("pk").distinct()[:2])
    starts = date(today.year + 1, 1, 1)
    for user, code in zip(administrators, ("2.000815", "1.004873"), strict=False):
        schedule = FeeSchedule.objects.filter(
            procedure__code=code, agency=None, state=ScheduleState.ACTIVE, valid_during__contains=today
        ).first()
        if schedule is None:
            continue
        made = lifecycle.clone(schedule, by=user, starts=starts, note="Nghị quyết mới của HĐND tỉnh")
        if user != administrators[0]:
            lifecycle.propose(made, by=user)
