"""A case whose result may come by post, and where to."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agencies.models import Agency
from procedures.models import ProcedureCase
from tests.support import factories
from tests.support.schedules import schedule

#: The address as a browser sends it.
FORM = {
    "receiver_name": "Nguyễn Thị Bình",
    "receiver_phone": "0912 345 678",
    "street": "Thôn 2",
    "commune": "Xã Hy Cương",
    "province": "Phú Thọ",
}


def case(agency: Agency, amount: int) -> ProcedureCase:
    """A procedure of one lệ phí; 0 is a procedure that costs nothing."""
    made = factories.case()
    made.procedure.agencies.add(agency)
    fees = schedule(made, amount, timezone.localdate() - timedelta(days=9))
    fees.state = "active"
    fees.save()
    return made
