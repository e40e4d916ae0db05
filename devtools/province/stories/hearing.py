"""What a notification brings about, written as `settlement.apply` would write it.

What it means is decided by the product's own rules (`settlement.rules.decide`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from devtools.province.writer.row import Row, naming
from gateways.base import Notification
from payments.models.notifications import NotificationSource
from payments.settlement.rules import Decision, GatewayEvent, PaymentFacts, decide
from payments.states import BillState, PaymentState, is_correction, payment_edge
from payments.states import EventKind as Ledger

from . import banks, bills, corrections
from .bills import ledger
from .tale import Tale

P = PaymentState


def move(tale: Tale, at: datetime, payment: Row, bill: Row | None, after: PaymentState, **event: Any) -> Row:
    """Move a payment along its edge, as `transitions.payment_to` does; return its line of the ledger."""
    before = payment["state"]
    payment["state"] = after
    if after == P.PAID:
        payment["next_check_at"] = None
    elif after == P.REVERSED:
        payment["is_applied"] = False
    correction = is_correction(before, after)
    kind = payment_edge(before, after)
    return ledger(
        tale, at, kind, bill, payment_id=payment, before=before, after=after, is_correction=correction, **event
    )


def hear(
    tale: Tale,
    at: datetime,
    told: banks.Told,
    account: int,
    payment: Row | None,
    bill: Row | None,
    *,
    wait: float | None = None,
) -> Row | None:
    """Apply a notification that came at a moment, as `settlement.apply` does; return the line that carries money."""
    news = told.news
    done = at + timedelta(seconds=tale.rng.uniform(0.05, 0.4) if wait is None else wait)
    facts = None
    if payment is not None and bill is not None:
        facts = PaymentFacts(
            payment["state"],
            payment["amount"],
            payment.get("gateway_ref", ""),
            bill["state"],
            payment.get("is_applied", False),
            payment.get("reserved_amount", 0),
        )
    event = GatewayEvent(news.state, news.amount, news.currency or "", news.account, news.gateway_ref, news.is_transfer)
    decision = decide(event, facts, frozenset(), is_booked=False)
    row = keep(
        tale,
        at,
        told,
        account,
        state=decision.notification_state,
        payment_id=payment,
        result=decision.result,
        processed_at=done,
    )
    return _carry_out(tale, done, decision, news, row, payment, bill)


def keep(tale: Tale, at: datetime, told: banks.Told, account: int, **worked_off: Any) -> Row:
    """Write a notification down as it came, and how far it was worked off."""
    news, request = told.news, told.request
    raw: dict[str, Any] = {}
    if request:
        raw = {
            "body": request.body,
            "query": request.query,
            "headers": dict(request.headers),
            "remote_addr": request.remote_addr,
        }
    return tale.write(
        "notification",
        at,
        gateway=news.gateway,
        event_key=news.event_key,
        source=told.source,
        merchant_account_id=account,
        merchant_ref=news.merchant_ref,
        gateway_ref=news.gateway_ref,
        outcome=str(news.state),
        amount=news.amount,
        currency=news.currency or "",
        account=news.account,
        is_transfer=news.is_transfer,
        occurred_at=news.occurred_at,
        facts=lambda: {name: value["id"] if isinstance(value, Row) else value for name, value in news.facts.items()},
        digest=banks.digest(news),
        received_at=at,
        next_attempt_at=at,
        **raw,
        **worked_off,
    )


def _carry_out(
    tale: Tale, at: datetime, decision: Decision, news: Notification, row: Row, payment: Row | None, bill: Row | None
) -> Row | None:
    cause: dict[str, Any] = {"cause": row["source"], "cause_id": naming("", row)}
    amount = news.amount or 0
    key = f"{news.gateway}:{row['merchant_account_id']}:{news.gateway_ref or f'ref:{news.merchant_ref}'}"
    money: dict[str, Any] = {}
    if decision.books_money:
        money = {"amount": amount, "money_key": key}
    elif decision.takes_money_back and payment is not None:
        amount = -payment["amount"]
        money = {"amount": amount, "money_key": f"{key}:reversed"}
    if money:
        day = tale.world.clock.day_of(news.occurred_at or at)
        money |= {"merchant_account_id": row["merchant_account_id"], "value_date": day}
    carried: Row | None = None
    if payment is not None and decision.payment_to:
        carries = decision.payment_to in (P.PAID, P.REVERSED)
        event = move(tale, at, payment, bill, decision.payment_to, **cause, **(money if carries else {}))
        if payment["state"] == P.PAID:
            payment["gateway_ref"] = news.gateway_ref
            payment["evidence"] = NotificationSource(row["source"]).evidence
            payment["paid_at"] = news.occurred_at or at
            payment["is_applied"] = decision.settles_bill
        if carries:
            carried, money = event, {}
    if payment is not None and decision.asks_gateway:
        payment["next_check_at"], payment["checked_at"] = at, None
    if money:
        carried = ledger(tale, at, Ledger.MONEY_RECEIVED, bill, payment_id=payment, **cause, **money)
    surplus = amount if decision.books_money else 0
    if bill is not None and (decision.settles_bill or decision.takes_money_back):
        after = BillState.PAID if decision.settles_bill else BillState.OPEN
        owed = bill["amount"] if decision.settles_bill else amount
        bills.to(tale, at, bill, after, payment_id=payment, amount=-owed, **cause)
        surplus = max(amount - owed, 0)
    if surplus:
        ledger(tale, at, Ledger.SURPLUS, bill, payment_id=payment, amount=-surplus, **cause)
    if decision.discrepancy:
        held = surplus if decision.settles_bill else abs(amount)
        corrections.discrepancy(tale, at, decision.discrepancy, held, bill=bill, payment=payment, notification=row)
    if bill is not None and payment is not None:
        if decision.takes_money_back:
            corrections.taken_back(tale, at, bill, payment)
        elif decision.settles_bill:
            bills.settled(tale, at, bill, payment)
    if carried is not None:
        carried["_notification"] = row
    return carried
