"""Rows by which a bank takes a credit back: a negative amount. What they mean for a bill a person decides.

A debit is one where its number, its code or its text names money of ours, or its text says so; every other one
(a fee of the bank, the day's sum on its way to the treasury, a refund we made) is no business of a bill: it is
shown and counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from core.database.bulk_update import update_rows
from core.values.text import fold
from payments import discrepancies
from payments.models import LedgerEvent, Payment, Refund, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState
from payments.states import MONEY_IN

from . import row_notifications

#: How banks say that they take back what they had credited.
_SAYS_SO = re.compile(
    r"\b(?:thu hoi|(?:ghi|bao) co nham|dao (?:but toan|giao dich)|huy (?:bao|ghi) co|revers(?:al|ed))\b"
)
#: Words that may be the number of a transaction, if they have a digit: shorter ones stand in others by chance.
_WORD = re.compile(r"[0-9A-Za-z]{8,64}")


def recognise(statement: Statement) -> None:
    """Let the debits of a file that take a credit back wait to be decided; call when its rows are read."""
    debits = list(statement.rows.filter(state=RowState.DEBIT))
    if not debits:
        return
    numbers = {row.gateway_ref for row in debits} - {""}
    refunds = Refund.objects.filter(agency=statement.merchant_account.agency_id, gateway_ref__in=numbers)
    ours = set(refunds.values_list("gateway_ref", flat=True))
    credited = set(statement.rows.filter(amount__gt=0, gateway_ref__in=numbers).values_list("gateway_ref", flat=True))
    about = _payments(statement, debits)
    for row in debits:
        is_named = row.pk in about or row.gateway_ref in credited
        if row.gateway_ref not in ours and (is_named or _SAYS_SO.search(fold(row.description))):
            row.state = RowState.NEW
    update_rows(StatementRow, debits, ["state"])


def note(statement: Statement, rows: Sequence[StatementRow]) -> None:
    """Open a case for each row, with the bill and payment that its number, its code or its text names."""
    if not rows:
        return
    account = statement.merchant_account
    about = _payments(statement, rows)
    with transaction.atomic(durable=True):
        for row in rows:
            payment = about.get(row.pk)
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


def _payments(statement: Statement, rows: Sequence[StatementRow]) -> dict[int, Payment | None]:
    """Return the payment each row is about, by its id: None where money is booked that is for none."""
    account = statement.merchant_account
    prefix = f"{account.gateway}:{account.pk}:"
    filled = row_notifications.zero_filled(statement, rows)
    codes = {row.pk: row_notifications.code_of(row, filled) for row in rows}
    numbers = {row.pk: [row.gateway_ref, *_numbers_in(row.description)] for row in rows}
    keys = [prefix + number for of_row in numbers.values() for number in of_row if number]
    events = LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN)
    booked = {event.money_key: event.payment for event in events.select_related("payment__bill")}
    coded = Payment.objects.filter(merchant_account=account, merchant_ref__in=set(codes.values()) - {""})
    by_code = {payment.merchant_ref: payment for payment in coded.select_related("bill")}
    about: dict[int, Payment | None] = {}
    for row in rows:
        named = [booked[prefix + number] for number in numbers[row.pk] if prefix + number in booked]
        if payment := next(filter(None, named), None) or by_code.get(codes[row.pk]):
            about[row.pk] = payment
        elif named:
            about[row.pk] = None
    return about


def _numbers_in(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if any(letter.isdigit() for letter in word)]
