"""What confirming a file would do, told by the function that decides it (`payments.settlement.rules.decide`).

Rows are judged in their order, each with what those before it would have changed. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from gateways.base import OutcomeState
from payments.models import Discrepancy, Payment, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationState
from payments.settlement.rules import Decision, GatewayEvent, PaymentFacts, decide
from payments.states import BillState, PaymentState

from . import foreign, identity, row_notifications
from .foreign import Foreign

#: Rows whose number the ledger does not know are judged one by one up to so many: a preview is read by a person.
LOOKED_AT = 5000
#: As `matching._MATCH` tells them apart.
_KNOWN = """
SELECT row.id,
       CASE WHEN earlier.id IS NOT NULL THEN 'repeated' WHEN row.amount < 0 THEN 'taken_back'
            WHEN event.id IS NULL THEN 'new' WHEN event.amount = row.amount THEN 'matched' ELSE 'differs' END AS known
FROM payments_statementrow row
LEFT JOIN LATERAL (
    SELECT id FROM payments_statementrow other
    WHERE other.merchant_account_id = row.merchant_account_id AND other.gateway_ref = row.gateway_ref
      AND other.statement_id <> row.statement_id AND other.state NOT IN ('new', 'foreign')
      AND (other.amount > 0) = (row.amount > 0) LIMIT 1) earlier ON true
LEFT JOIN payments_ledgerevent event
       ON event.money_key = %(prefix)s || row.gateway_ref AND event.kind IN ('payment_paid', 'money_received')
WHERE row.statement_id = %(statement)s AND row.state = 'new'
"""
_COUNT = f"SELECT known, count(*) FROM ({_KNOWN}) AS told GROUP BY known"  # noqa: S608
_NEWS = f"SELECT id FROM ({_KNOWN}) AS told WHERE known = 'new' ORDER BY id LIMIT %(limit)s"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming a file would do, by number of rows.

    `opens` are the cases that decisions open, by kind; `unseen` rows were too many to be judged now.
    `foreign` are those that seem to be another contract's.
    """

    matched: int
    settles: int
    differs: int
    repeated: int
    likely: int
    taken_back: int
    opens: tuple[tuple[str, int], ...]
    foreign: tuple[Foreign, ...]
    unseen: int
    row_count: int

    @property
    def unknown(self) -> int:
        """Rows that fit no bill, for whatever reason: each opens a case."""
        return sum(count for _kind, count in self.opens)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """`opens` with the kinds in words."""
        return [(str(DiscrepancyKind(kind).label), count) for kind, count in self.opens]

    @property
    def is_of_another(self) -> bool:
        """Most of the file is about another contract."""
        return 2 * len(self.foreign) > self.row_count

    @property
    def seen(self) -> str:
        """What a person confirms who was shown this: another text means that something has changed since."""
        counts = (self.matched, self.settles, self.differs, self.repeated, self.likely, self.taken_back, self.unseen)
        opens = (f"{kind}:{count}" for kind, count in self.opens)
        return ".".join((*map(str, counts), *opens, f"f{len(self.foreign)}"))


def of(statement: Statement) -> Preview:
    """Return what confirming the file would do."""
    account = statement.merchant_account
    values: dict[str, int | str] = {
        "prefix": f"{account.gateway}:{account.pk}:",
        "statement": statement.pk,
        "limit": LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        counts = dict(cursor.fetchall())
        cursor.execute(_NEWS, values)
        new_rows = list(statement.rows.filter(pk__in=[pk for (pk,) in cursor.fetchall()]).order_by("pk"))
    filled = row_notifications.zero_filled(statement, new_rows)
    codes = {row.pk: row_notifications.code_of(row, filled) for row in new_rows}
    alike = identity.likenesses(statement, new_rows)
    others = foreign.of_rows(statement, [row for row in new_rows if row.pk not in alike], codes)
    booked = {pk for pk, other in others.items() if other.event}
    heard = [row for row in new_rows if row.pk not in alike and row.pk not in booked]
    same = sum(likeness.is_same for likeness in alike.values())
    matched, settles, opens = counts.get("matched", 0) + same, 0, Counter[str]()
    for decision in _decisions(statement, heard, codes):
        if decision.discrepancy:
            opens[decision.discrepancy] += not decision.settles_bill
        if decision.settles_bill:
            settles += 1
        elif not decision.discrepancy and decision.notification_state == NotificationState.IGNORED:
            matched += 1
    return Preview(
        matched=matched,
        settles=settles,
        differs=counts.get("differs", 0),
        repeated=counts.get("repeated", 0),
        likely=len(alike) - same + len(booked),
        taken_back=counts.get("taken_back", 0),
        opens=tuple(sorted((kind, count) for kind, count in opens.items() if count)),
        foreign=tuple(others.values()),
        unseen=counts.get("new", 0) - len(new_rows),
        row_count=sum(counts.values()),
    )


@dataclass(slots=True)
class _Facts:
    """A payment as it would be after the rows before."""

    payment: Payment
    state: str
    gateway_ref: str
    is_applied: bool


def _decisions(statement: Statement, rows: Sequence[StatementRow], codes: dict[int, str]) -> Iterator[Decision]:
    """Yield what is decided of each row, in their order."""
    account = statement.merchant_account
    is_transfer = row_notifications.is_transfer(account)
    accounts = frozenset(account.settings.get("accounts", ()))
    payments = Payment.objects.filter(
        merchant_account=account, gateway=account.gateway, merchant_ref__in={codes[row.pk] for row in rows} - {""}
    )
    facts_by_code = {
        payment.merchant_ref: _Facts(payment, payment.state, payment.gateway_ref, payment.is_applied)
        for payment in payments.select_related("bill")
    }
    bills = {facts.payment.bill_id: facts.payment.bill.state for facts in facts_by_code.values()}
    parts = Counter[int]()
    short = Discrepancy.objects.filter(bill__in=bills, kind=DiscrepancyKind.SHORT, closed_at=None)
    for part in short:
        parts[part.bill_id or 0] += part.remaining_amount
    for row in rows:
        notification = row_notifications.notification_of(row, statement, codes[row.pk], is_transfer=is_transfer)
        event = GatewayEvent(
            OutcomeState.PAID,
            row.amount,
            row.currency,
            row.account,
            row.gateway_ref,
            is_transfer=notification.is_transfer,
        )
        facts = facts_by_code.get(notification.merchant_ref)
        bill_id = facts.payment.bill_id if facts else 0
        decision = decide(event, _as_rules_see(facts, bills, parts), accounts, is_booked=False)
        if facts and decision.payment_to:
            facts.state = decision.payment_to
            if decision.payment_to == PaymentState.PAID:
                facts.gateway_ref, facts.is_applied = row.gateway_ref, decision.settles_bill
        if decision.settles_bill:
            bills[bill_id], parts[bill_id] = BillState.PAID, 0
        elif decision.discrepancy == DiscrepancyKind.SHORT and bills.get(bill_id) == BillState.OPEN:
            parts[bill_id] += row.amount
        yield decision


def _as_rules_see(facts: _Facts | None, bills: dict[int, str], parts: Counter[int]) -> PaymentFacts | None:
    if facts is None:
        return None
    payment = facts.payment
    return PaymentFacts(
        facts.state,
        payment.amount,
        facts.gateway_ref,
        bills[payment.bill_id],
        is_applied=facts.is_applied,
        reserved_amount=payment.reserved_amount,
        parts_amount=parts[payment.bill_id],
    )
