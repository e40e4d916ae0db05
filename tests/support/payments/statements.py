"""Bank statements: their lines, files and matching."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from agencies.models import Role
from payments.callbacks import inbox
from payments.models import MerchantAccount, Payment, Statement
from payments.reconciliation import confirmation, matching, statements
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post

YESTERDAY = timezone.localdate() - timedelta(days=1)
HEADER = "Mã giao dịch;Số tiền;Thời gian giao dịch;Mã thanh toán;Nội dung"


def line(ref: str, amount: int | str, code: str = "", text: str = "", at: str = "") -> str:
    return f"{ref};{amount};{at or f'{YESTERDAY:%d/%m/%Y} 09:30:00'};{code};{text}"


def file_of(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *lines, "")).encode()


def read(account: MerchantAccount, content: bytes) -> Statement:
    statement, _ = statements.take(account, ContentFile(content, name="saoke.csv"), by=None)
    if statement.state == "loading":
        statements.load(statement)
    return statement


def match(account: MerchantAccount, content: bytes) -> Statement:
    statement = read(account, content)
    confirmed(statement)
    matching.apply(statement)
    return statement


def confirmed(statement: Statement) -> Statement:
    """Let one accountant send a previewed file on and another confirm it."""
    agency = statement.merchant_account.agency
    uploader, other = (factories.officer(agency, Role.ACCOUNTANT) for _ in range(2))
    confirmation.propose(statement, actor=uploader)
    confirmation.countersign(statement, actor=other)
    statement.refresh_from_db()
    return statement


def states(statement: Statement) -> list[str]:
    return list(statement.rows.order_by("line_number").values_list("state", flat=True))


def paid_yesterday(**values: Any) -> Payment:
    payment = factories.payment(gateway="vietinbank", **values)
    post(
        notify_bill(payment, bankTransId=f"NOTIFICATION{payment.pk}", transTime=f"{YESTERDAY:%Y%m%d}093000"),
        "vietinbank",
    )
    inbox.drain_all()
    payment.refresh_from_db()
    return payment
