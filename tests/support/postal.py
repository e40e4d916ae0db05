"""A case whose result may come by post, where to, and the dossier of who wants that."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agencies.models import Agency
from dossiers.models import Dossier
from dossiers.post.orders import Address
from dossiers.submission.submit import Application, submit
from payments.callbacks import inbox
from payments.models import Bill
from procedures.models import ProcedureCase
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.schedules import schedule

HERE = Address("Nguyễn Thị Bình", "+84912345678", "Thôn 2", "Xã Hy Cương", "Phú Thọ")
#: The same as a browser sends it.
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


def submitted(agency: Agency, amount: int, to: Address = HERE) -> Dossier:
    """A dossier of one fee with the postage on the same bill; without a fee the postage has its own."""
    application = Application(
        case=case(agency, amount),
        agency=agency,
        owner_name="Nguyễn Thị Bình",
        owner_phone="+84912345678",
        return_method="post",
        post_to=to,
    )
    return submit(application)[0]


def pay(bill: Bill) -> None:
    post(confirm(factories.payment(of=bill)))
    inbox.drain_all()
