"""What confirming a file would do, told by the function that decides it (`payments.settlement.rules.decide`).

Rows are judged in their order, each with what those before it would have changed. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Count, QuerySet, Sum

from gateways.base import OutcomeState
from payments.models import Discrepancy, Payment, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState
from payments.settlement.rules import Decision, GatewayEvent, PaymentFacts, decide
from payments.states import BillState, PaymentState

from . import codes, fates, foreign, identity, row_notifications
from .fates import Fate, FateKind
from .foreign import Foreign

#: Rows whose number the ledger does not know are judged one by one up to so many: a preview is read by a person.
LOOKED_AT = 5000


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming a file would do, by number of rows.

    `opens` are the cases that decisions open, by kind; `unseen` rows were too many to be judged now.
    `foreign` are those that seem to be another contract's. `debits` and those of `locked_days` are not among
    `row_count`. `fates` are those of the rows that were judged, by id.
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
    debits: int
    debit_amount: int
    locked: int
    locked_days: tuple[date, ...]
    fates: Mapping[int, Fate] = field(repr=False)

    @property
    def unknown(self) -> int:
        """Rows that fit no bill, for whatever reason: each opens a case."""
        return sum(count for _kind, count in self.opens)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """`opens` with the kinds in words."""
        return [(str(DiscrepancyKind(kind).label), count) for kind, count in self.opens]

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        """What becomes of rows, in words, and of how many."""
        counts = Counter(fate.kind for fate in self.fates.values())
        counts |= {
            FateKind.DIFFERS: self.differs,
            FateKind.TAKEN_BACK: self.taken_back,
            FateKind.REPEATED: self.repeated,
            FateKind.DEBIT: self.debits,
            FateKind.LOCKED: self.locked,
            FateKind.UNSEEN: self.unseen,
        }
        counts[FateKind.MATCHED] = self.matched
        return [(value, str(label), counts[value]) for value, label in FateKind.choices if counts[value]]

    @property
    def is_of_another(self) -> bool:
        """Most of the file is about another contract."""
        return 2 * len(self.foreign) > self.row_count

    @property
    def is_known(self) -> bool:
        """The ledger has every row: confirming changes no money, and whoever sent the file in may do it."""
        return self.matched + self.repeated == self.row_count and not self.locked

    @property
    def seen(self) -> str:
        """What a person confirms who was shown this: another text means that something has changed since."""
        judged = (self.matched, self.settles, self.differs, self.repeated, self.likely, self.taken_back)
        counts = (*judged, self.unseen, self.debits, self.locked)
        opens = (f"{kind}:{count}" for kind, count in self.opens)
        return ".".join((*map(str, counts), *opens, f"f{len(self.foreign)}"))


def of(statement: Statement) -> Preview:
    """Return what confirming the file would do."""
    counts = fates.counts(statement)
    unknown = fates.rows_known_as(statement, "new", LOOKED_AT)
    new_rows = list(statement.rows.filter(pk__in=unknown).order_by("pk"))
    filled = row_notifications.zero_filled(statement, new_rows)
    named = {row.pk: row_notifications.code_of(row, filled) for row in new_rows}
    alike = identity.likenesses(statement, new_rows)
    others = foreign.of_rows(statement, [row for row in new_rows if row.pk not in alike], named)
    foreseen = {
        pk: Fate(FateKind.MATCHED if likeness.is_same else FateKind.LIKELY, event=likeness.event)
        for pk, likeness in alike.items()
    }
    foreseen |= {pk: Fate(FateKind.LIKELY, event=other.event) for pk, other in others.items() if other.event}
    heard = [row for row in new_rows if row.pk not in foreseen]
    foreseen |= {row.pk: _fate(decision, payment) for row, decision, payment in _decisions(statement, heard, named)}
    of_kind = Counter(fate.kind for fate in foreseen.values())
    opens = Counter(fate.case for fate in foreseen.values() if fate.kind == FateKind.OPENS)
    aside = statement.rows.filter(state__in=(RowState.DEBIT, RowState.LOCKED)).order_by().values_list("state")
    counted = {state: (count, -amount) for state, count, amount in aside.annotate(Count("pk"), Sum("amount"))}
    debits, debit_amount = counted.get(RowState.DEBIT, (0, 0))
    locked = statement.rows.filter(state=RowState.LOCKED).order_by("value_date")
    return Preview(
        matched=counts.get("matched", 0) + of_kind[FateKind.MATCHED],
        settles=of_kind[FateKind.SETTLES],
        differs=counts.get("differs", 0),
        repeated=counts.get("repeated", 0),
        likely=of_kind[FateKind.LIKELY],
        taken_back=counts.get("taken_back", 0),
        opens=tuple(sorted(opens.items())),
        foreign=tuple(others.values()),
        unseen=counts.get("new", 0) - len(new_rows),
        row_count=sum(counts.values()),
        debits=debits,
        debit_amount=debit_amount,
        locked=counted.get(RowState.LOCKED, (0, 0))[0],
        locked_days=tuple(locked.values_list("value_date", flat=True).distinct()),
        fates=foreseen,
    )


def _fate(decision: Decision, payment: Payment | None) -> Fate:
    if decision.settles_bill:
        return Fate(FateKind.SETTLES, decision.discrepancy or "", payment)
    if decision.discrepancy:
        return Fate(FateKind.OPENS, decision.discrepancy, payment)
    return Fate(FateKind.MATCHED, payment=payment)


def rows_of(statement: Statement, preview: Preview, kind: str) -> QuerySet[StatementRow]:
    """Return the rows of which this becomes, so many as are looked at."""
    if kind in (FateKind.DEBIT, FateKind.LOCKED):
        return statement.rows.filter(state=kind)
    if kind == FateKind.UNSEEN:
        return statement.rows.filter(pk__in=fates.rows_known_as(statement, "new", 2 * LOOKED_AT)[LOOKED_AT:])
    judged = {pk for pk, fate in preview.fates.items() if fate.kind == kind}
    return statement.rows.filter(pk__in=judged.union(fates.rows_known_as(statement, kind, LOOKED_AT)))


def tell(statement: Statement, preview: Preview, rows: Iterable[StatementRow]) -> list[tuple[StatementRow, Fate]]:
    """Return each of some rows with what becomes of it; one that nobody owns with the bill it would be proposed for."""
    shown = list(rows)
    judged = {**preview.fates, **fates.of_known(statement, shown)}
    return [(row, _fate_of(statement, row, judged.get(row.pk))) for row in shown]


def _fate_of(statement: Statement, row: StatementRow, fate: Fate | None) -> Fate:
    if fate is None:
        return Fate(row.state if row.state in (FateKind.DEBIT, FateKind.LOCKED) else FateKind.UNSEEN)
    if fate.case != DiscrepancyKind.UNKNOWN_REFERENCE:
        return fate
    text = f"{row.merchant_ref} {row.description}"
    return replace(fate, bill=codes.propose(text, row.amount, statement.merchant_account))


@dataclass(slots=True)
class _Facts:
    """A payment as it would be after the rows before."""

    payment: Payment
    state: str
    gateway_ref: str
    is_applied: bool


def _decisions(
    statement: Statement, rows: Sequence[StatementRow], named: dict[int, str]
) -> Iterator[tuple[StatementRow, Decision, Payment | None]]:
    """Yield each row with what is decided of it and the payment it is for, in their order."""
    account = statement.merchant_account
    is_transfer = row_notifications.is_transfer(account)
    accounts = frozenset(account.settings.get("accounts", ()))
    payments = Payment.objects.filter(
        merchant_account=account, gateway=account.gateway, merchant_ref__in={named[row.pk] for row in rows} - {""}
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
        notification = row_notifications.notification_of(row, statement, named[row.pk], is_transfer=is_transfer)
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
        yield row, decision, facts.payment if facts else None


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
