"""Rows that speak of another contract: a file that was sent in for the wrong one.

A row names a receiving account that this contract does not have, a code of another contract's
payment, or a transaction that is booked there already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from core.database.bulk_update import update_rows
from payments.models import Discrepancy, LedgerEvent, MerchantAccount, Payment, Statement, StatementRow
from payments.models.statements import RowState
from payments.states import MONEY_IN

_BOOKED_ELSEWHERE = """
SELECT row.id, min(event.id)
FROM payments_statementrow row
JOIN payments_merchantaccount other ON other.gateway = %s AND other.id <> %s
JOIN payments_ledgerevent event
  ON event.money_key = other.gateway || ':' || other.id || ':' || row.gateway_ref AND event.money_key <> ''
 AND event.kind IN ('payment_paid', 'money_received') AND event.amount = row.amount
WHERE row.id = ANY(%s)
GROUP BY row.id
"""


@dataclass(frozen=True, slots=True)
class Foreign:
    """Why a row seems to be another contract's.

    `account` is the receiving account it names where this contract does not have it, `contract` whose the row
    seems to be as far as we know it, `event` what is booked there under its number.
    """

    row: StatementRow
    account: str = ""
    contract: MerchantAccount | None = None
    event: LedgerEvent | None = None


def booked_elsewhere(statement: Statement, rows: Sequence[StatementRow]) -> dict[int, LedgerEvent]:
    """Return what another contract of the same gateway has booked under a row's number and amount, by the row's id."""
    account = statement.merchant_account
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED_ELSEWHERE, [account.gateway, account.pk, [row.pk for row in rows]])
        event_ids = dict(cursor.fetchall())
    events = LedgerEvent.objects.select_related("bill", "payment", "merchant_account").in_bulk(list(event_ids.values()))
    return {row_id: events[event_id] for row_id, event_id in event_ids.items()}


def of_rows(statement: Statement, rows: Sequence[StatementRow], codes: Mapping[int, str]) -> dict[int, Foreign]:
    """Return the rows that seem to be another contract's, by id. `codes` are those they are for, by id."""
    account = statement.merchant_account
    own = frozenset(account.settings.get("accounts", ()))
    booked = booked_elsewhere(statement, rows)
    owners = _owners_of_accounts({row.account for row in rows if row.account} - own, account)
    payments = Payment.objects.filter(gateway=account.gateway, merchant_ref__in=set(codes.values()) - {""})
    of_codes = {
        payment.merchant_ref: payment.merchant_account
        for payment in payments.exclude(merchant_account=account).select_related("merchant_account__agency")
    }
    foreign_rows = {}
    for row in rows:
        event = booked.get(row.pk)
        other_account = row.account if own and row.account and row.account not in own else ""
        contract = event.merchant_account if event else owners.get(row.account)
        if row.account not in own:
            contract = contract or of_codes.get(codes.get(row.pk, ""))
        if event or other_account or contract:
            foreign_rows[row.pk] = Foreign(row, other_account, contract, event)
    return foreign_rows


def _owners_of_accounts(numbers: set[str], account: MerchantAccount) -> dict[str, MerchantAccount]:
    if not numbers:
        return {}
    others = MerchantAccount.objects.exclude(pk=account.pk).filter(settings__has_key="accounts")
    return {
        number: other
        for other in others.select_related("agency")
        for number in numbers.intersection(other.settings["accounts"])
    }


def whose(rows: Sequence[Foreign]) -> tuple[MerchantAccount | None, str]:
    """Return the contract that most of these rows seem to be of, and the account most of them name."""
    contracts = Counter(foreign.contract for foreign in rows if foreign.contract)
    accounts = Counter(foreign.account for foreign in rows if foreign.account)
    contract = contracts.most_common(1)[0][0] if contracts else None
    return contract, accounts.most_common(1)[0][0] if accounts else ""


def event_of_case(case: Discrepancy) -> LedgerEvent | None:
    """Return what another contract has booked under the number that a case is about."""
    row = case.rows.select_related("statement__merchant_account").first()
    if row is not None:
        return booked_elsewhere(row.statement, [row]).get(row.pk)
    notification = case.notification
    if notification is None or not notification.gateway_ref or notification.amount is None:
        return None
    others = MerchantAccount.objects.filter(gateway=notification.gateway).exclude(pk=notification.merchant_account_id)
    keys = [f"{notification.gateway}:{pk}:{notification.gateway_ref}" for pk in others.values_list("pk", flat=True)]
    events = LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN, amount=notification.amount)
    return events.select_related("bill", "payment", "merchant_account").first()


def set_aside(rows: Sequence[StatementRow]) -> None:
    """Let rows that booked nothing count for nothing: they are another contract's. The caller holds their cases."""
    for row in rows:
        row.state, row.event = RowState.FOREIGN, None
    update_rows(StatementRow, rows, ["state", "event_id"])
