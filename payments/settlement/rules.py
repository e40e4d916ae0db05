"""Settlement rules: what a notification means for payment and bill. Pure, without database or clock.

One function, `decide`, is asked for every notification, whichever way it came. It knows the
rules of P-3: PAID is absorbing, failed and expired are opinions, money that
moved is never refused, and nothing is "failed" while it is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateways.base import OutcomeState
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationState
from payments.states import OPEN_PAYMENT_STATES, BillState, PaymentState


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """The facts of a gateway event. `amount` is whole đồng, or None where the protocol does not say."""

    outcome: str
    amount: int | None
    currency: str
    account: str
    gateway_ref: str
    is_transfer: bool
    #: It contradicts what was said of the same event before.
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """The payment the event is about, in its state under the lock."""

    state: str
    amount: int
    gateway_ref: str
    bill_state: str
    is_applied: bool = False
    reserved_amount: int = 0
    #: What came for the bill before in parts that were too little each, whole đồng.
    parts_amount: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do. Money that is booked either settles the bill or is surplus, never neither.

    `uses_parts`: it settles the bill together with the parts that came before.
    `asks_gateway`: the protocol reported success without an amount, so only a query can book it.
    """

    result: str
    notification_state: NotificationState = NotificationState.DONE
    payment_to: PaymentState | None = None
    books_money: bool = False
    settles_bill: bool = False
    uses_parts: bool = False
    takes_money_back: bool = False
    asks_gateway: bool = False
    discrepancy: DiscrepancyKind | None = None


#: More than so many times what is owed was meant for something else, or its unit was misread: a person looks first.
MOST_TIMES = 10

_MOVES = {
    OutcomeState.FAILED: PaymentState.FAILED,
    OutcomeState.CANCELLED: PaymentState.CANCELLED,
    OutcomeState.PENDING: PaymentState.UNKNOWN,
    OutcomeState.UNKNOWN: PaymentState.UNKNOWN,
    # Taken and given back before we had heard of it: nothing came to us.
    OutcomeState.REVERSED: PaymentState.FAILED,
}


def decide(
    event: GatewayEvent,
    payment: PaymentFacts | None,
    accounts: frozenset[str],
    *,
    is_booked: bool,
    is_booked_elsewhere: bool = False,
    is_likely_booked: bool = False,
) -> Decision:
    """Decide what a notification changes.

    `payment` is None when nobody knows the reference. `accounts` are the receiving
    accounts of the contract (empty: the protocol names none). `is_booked` means that this
    very transaction of the bank is in the ledger already, `is_booked_elsewhere` that it stands there for another
    order than this message names, `is_likely_booked` that another way of hearing of it probably booked it under
    another number: a person decides.
    """
    if event.outcome != OutcomeState.PAID:
        return _without_money(event, payment)
    if is_booked_elsewhere:
        # One transaction pays one order. Which of the two, only the bank knows: nothing is booked, nobody is silent.
        in_doubt = payment is not None and payment.state in (PaymentState.CREATED, PaymentState.SENT)
        return Decision(
            "booked_for_another",
            payment_to=PaymentState.UNKNOWN if in_doubt else None,
            discrepancy=DiscrepancyKind.CONFLICT,
        )
    if is_booked:
        return Decision("already_booked", NotificationState.IGNORED)
    if event.currency not in ("", "VND"):
        return Decision("wrong_currency", discrepancy=DiscrepancyKind.WRONG_CURRENCY)
    if accounts and event.account and event.account not in accounts:
        return Decision("wrong_account", discrepancy=DiscrepancyKind.WRONG_ACCOUNT)
    if event.is_conflict:
        return Decision("conflict", discrepancy=DiscrepancyKind.CONFLICT)
    if is_likely_booked:
        return Decision("likely_booked", discrepancy=DiscrepancyKind.LIKELY_BOOKED)
    if payment is None:
        return Decision(
            "unknown_reference",
            NotificationState.ORPHAN,
            books_money=event.amount is not None,
            discrepancy=DiscrepancyKind.UNKNOWN_REFERENCE,
        )
    return _with_money(event, payment)


def _without_money(event: GatewayEvent, payment: PaymentFacts | None) -> Decision:
    if payment is None:
        return Decision("unknown_reference", NotificationState.IGNORED)
    if event.outcome == OutcomeState.REVERSED and payment.state == PaymentState.PAID:
        return _reversed(event, payment)
    move = _MOVES.get(OutcomeState(event.outcome))
    if move is None or payment.state not in OPEN_PAYMENT_STATES or payment.state == move:
        return Decision(f"late_{event.outcome}", NotificationState.IGNORED)
    return Decision(str(event.outcome), payment_to=move)


def _reversed(event: GatewayEvent, payment: PaymentFacts) -> Decision:
    """The bank takes money back that had settled a bill; anything less plain is for a person to judge."""
    is_whole = event.amount in (None, payment.amount)
    if is_whole and payment.is_applied and payment.bill_state == BillState.PAID and not payment.reserved_amount:
        return Decision(
            "reversed",
            payment_to=PaymentState.REVERSED,
            takes_money_back=True,
            discrepancy=DiscrepancyKind.REVERSED,
        )
    return Decision("reversed", discrepancy=DiscrepancyKind.CONTRADICTION)


def _with_money(event: GatewayEvent, payment: PaymentFacts) -> Decision:
    if payment.state == PaymentState.REVERSED and not event.is_transfer:
        # A success repeated after the bank reversed it must not pay a second time.
        return Decision("already_reversed", NotificationState.IGNORED)
    if payment.state == PaymentState.PAID:
        # A redirect order is charged once; the same success with less detail changes nothing.
        is_same = not event.gateway_ref or not payment.gateway_ref or event.gateway_ref == payment.gateway_ref
        if is_same and not event.is_transfer:
            return Decision("already_paid", NotificationState.IGNORED)
        if event.amount is None:
            return Decision("paid_again", discrepancy=DiscrepancyKind.CONFLICT)
        return Decision("paid_again", books_money=True, discrepancy=DiscrepancyKind.SURPLUS)
    if event.amount is None:
        in_doubt = payment.state in (PaymentState.CREATED, PaymentState.SENT)
        return Decision("to_be_asked", payment_to=PaymentState.UNKNOWN if in_doubt else None, asks_gateway=True)
    if event.amount != payment.amount:
        is_short = event.amount < payment.amount
        if payment.bill_state == BillState.OPEN and _is_enough(event.amount, payment, is_transfer=event.is_transfer):
            return _with_the_last_part(event.amount, payment)
        kind = DiscrepancyKind.SHORT if is_short else DiscrepancyKind.OVER
        # The bank took money for this order, only not the right sum: nobody may call it failed.
        in_doubt = not event.is_transfer and payment.state in (PaymentState.CREATED, PaymentState.SENT)
        return Decision(
            "wrong_amount",
            payment_to=PaymentState.UNKNOWN if in_doubt else None,
            books_money=True,
            discrepancy=kind,
        )
    if payment.bill_state != BillState.OPEN:
        return Decision(
            "surplus",
            payment_to=PaymentState.PAID,
            books_money=True,
            discrepancy=DiscrepancyKind.SURPLUS,
        )
    return Decision("settled", payment_to=PaymentState.PAID, books_money=True, settles_bill=True)


def _is_enough(amount: int, payment: PaymentFacts, *, is_transfer: bool) -> bool:
    """Who transfers types the sum, in parts or too much; a page that charged more than it was asked to is at fault."""
    if amount > payment.amount and not is_transfer:
        return False
    return payment.amount <= payment.parts_amount + amount <= MOST_TIMES * payment.amount


def _with_the_last_part(amount: int, payment: PaymentFacts) -> Decision:
    """The sum is there, with what came before. What is beyond it is surplus."""
    return Decision(
        "settled_in_parts" if payment.parts_amount else "settled_with_surplus",
        payment_to=PaymentState.PAID,
        books_money=True,
        settles_bill=True,
        uses_parts=True,
        discrepancy=DiscrepancyKind.SURPLUS if payment.parts_amount + amount > payment.amount else None,
    )
