"""Payments that no bank reports, as `cash_desk.internal_payments` makes them: at the counter, and by moved money."""

from __future__ import annotations

from datetime import datetime

from devtools.province.writer.row import Row
from payments.states import EventKind as Ledger
from payments.states import PaymentState as P

from .bills import ledger
from .tale import Tale, token


def create(tale: Tale, at: datetime, bill: Row, *, gateway: str, account: int, prefix: str, actor: int) -> Row:
    """Write the payment of a whole bill with its first two lines in the ledger; its money is to be told of."""
    reference = f"{prefix}{tale.world.clock.day_of(at):%y%m%d}{tale.rng.randbytes(6).hex().upper()}"
    payment = tale.write(
        "payment",
        at,
        token=token(tale.rng),
        bill_id=bill,
        merchant_account_id=account,
        gateway=gateway,
        merchant_ref=reference,
        amount=bill["amount"],
        state=P.SENT,
        created_at=at,
        expires_at=at,
    )
    for kind, after in ((Ledger.PAYMENT_CREATED, P.CREATED), (Ledger.PAYMENT_SENT, P.SENT)):
        ledger(tale, at, kind, bill, payment_id=payment, after=after, cause=gateway, actor_id=actor)
    return payment
