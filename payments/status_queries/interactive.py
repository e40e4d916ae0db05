"""Synchronous status queries with a deadline, for somebody who waits at a screen (U-31).

A bank that answers later is still heard: its answer goes the way of all answers and changes the screen by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from enum import Enum

from django.core.cache import cache
from django.db import connection

from payments.models import Bill, Payment
from payments.states import PaymentState

from . import query as status_queries
from .query import Check

#: Seconds somebody waits; with what the page itself takes, a result or its absence is shown within five.
PATIENCE = 4.0
#: Seconds within which a bill is asked about once, whoever presses and whatever the bank does.
EVERY = 5
#: Questions of one process under way. Each holds a connection to the database; a bank that hangs holds them all
#: until its own time-outs end them, and further requests meanwhile get "no answer".
AT_ONCE = 8

_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking")


class Answer(Enum):
    """What asking about some bills brought, the worst of it: what the screen has to explain."""

    LATE = "late"
    UNREACHABLE = "unreachable"
    TOLD = "told"
    JUST_ASKED = "just_asked"
    NOTHING = "nothing"


def ask(bills: Iterable[Bill]) -> Answer:
    """Ask about every attempt that may have brought money for these bills. Call outside a transaction."""
    payments = Payment.objects.filter(bill__in=list(bills)).exclude(state=PaymentState.PAID)
    open_payments = list(payments.select_related("merchant_account").order_by("-id")[:AT_ONCE])
    if not open_payments:
        return Answer.NOTHING
    allowed = {pk for pk in {payment.bill_id for payment in open_payments} if cache.add(f"asked:{pk}", 1, EVERY)}
    checks = ask_about(payment for payment in open_payments if payment.bill_id in allowed)
    if not checks:
        return Answer.JUST_ASKED
    if None in checks:
        return Answer.LATE
    return Answer.TOLD if all(check and check.is_reachable for check in checks) else Answer.UNREACHABLE


def ask_about(payments: Iterable[Payment]) -> list[Check | None]:
    """Ask about these attempts side by side; None for those not answered in time."""
    futures = [_pool.submit(_check, payment) for payment in payments]
    wait(futures, PATIENCE)
    return [_result_of(future) for future in futures]


def _result_of(future: Future[Check]) -> Check | None:
    """Return the answer, if there is one. One not yet started is cancelled: the sweeper queries it."""
    if future.done():
        return future.result()
    future.cancel()
    return None


def _check(payment: Payment) -> Check:
    try:
        return status_queries.check(payment)
    finally:
        connection.close()  # this thread may not be needed again for days
