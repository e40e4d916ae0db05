"""Rows by which a bank takes a credit back: a negative amount. What they mean for a bill a person decides."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from core.database.bulk_update import update_rows
from payments import discrepancies
from payments.models import LedgerEvent, Payment, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState
from payments.states import MONEY_IN

from . import row_notifications


def note(statement: Statement, rows: Sequence[StatementRow]) -> None:
    """Open a case for each row, with the bill and payment that its number or its code names."""
    if not rows:
        return
    account = statement.merchant_account
    prefix = f"{account.gateway}:{account.pk}:"
    filled = row_notifications.zero_filled(statement, rows)
    events = LedgerEvent.objects.filter(money_key__in=[prefix + row.gateway_ref for row in rows], kind__in=MONEY_IN)
    booked = {event.money_key: event.payment for event in events.select_related("payment__bill")}
    coded = Payment.objects.filter(
        merchant_account=account, merchant_ref__in={row_notifications.code_of(row, filled) for row in rows} - {""}
    )
    by_code = {payment.merchant_ref: payment for payment in coded.select_related("bill")}
    with transaction.atomic(durable=True):
        for row in rows:
            payment = booked.get(prefix + row.gateway_ref) or by_code.get(row_notifications.code_of(row, filled))
            case = discrepancies.new_discrepancy(
                DiscrepancyKind.CONTRADICTION,
                agency_id=payment.bill.agency_id if payment else account.agency_id,
                bill=payment.bill if payment else None,
                payment=payment,
                amount=abs(row.amount),
                note=f"{row.gateway_ref}: {row.amount}",
            )
            case.save()
            row.discrepancy, row.state = case, RowState.DISCREPANCY
        update_rows(StatementRow, rows, ["state", "discrepancy_id"])
