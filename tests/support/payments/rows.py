"""Statements and their rows without a file, and money that is booked under a number of the bank."""

from __future__ import annotations

import itertools
from typing import Any

from payments.models import LedgerEvent, MerchantAccount, Payment, Statement, StatementRow
from payments.settlement.apply import apply, money_key
from tests.support import factories
from tests.support.payments.settling import FULL, NOON, told

_numbers = itertools.count(1)


def statement(account: MerchantAccount, **values: Any) -> Statement:
    """A file that a second person has confirmed."""
    number = next(_numbers)
    confirmed = {"confirmed_by": factories.officer(account.agency), "is_countersigned": True}
    base = {"file_name": "saoke.csv", "sha256": f"{number:064}", "state": "applying", **confirmed}
    return Statement.objects.create(merchant_account=account, **{**base, **values})


def row(of: Statement, gateway_ref: str, amount: int = 150_000, **values: Any) -> StatementRow:
    base = {"line_number": next(_numbers), "occurred_at": NOON, "value_date": NOON.date()}
    whole = {"statement": of, "merchant_account": of.merchant_account, "gateway_ref": gateway_ref, "amount": amount}
    return StatementRow.objects.create(**{**base, **whole, **values})


def booked(payment: Payment, gateway_ref: str, amount: int = FULL, **values: Any) -> LedgerEvent:
    """What the ledger has of a transfer that came by a notification."""
    notification = told(payment, amount, gateway_ref=gateway_ref, **values)
    apply([notification])
    return LedgerEvent.objects.get(money_key=money_key(notification))
