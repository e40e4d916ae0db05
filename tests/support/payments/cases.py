"""Discrepancies, and refunds and reallocations of their money in whatever state, without a bank."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from agencies.models import Agency, Role, User
from payments import discrepancies
from payments.models import Discrepancy, Payment, Reallocation, Refund
from payments.models.discrepancies import DiscrepancyKind
from tests.support import factories

_keys = itertools.count(1)


def case(of: Agency | None = None, kind: str = "surplus", amount: int = 150_000, **values: Any) -> Discrepancy:
    of = of or factories.agency()
    made = discrepancies.new_discrepancy(DiscrepancyKind(kind), agency_id=of.pk, amount=amount)
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    return made


def accountant(of: Agency) -> User:
    return factories.officer(of, Role.ACCOUNTANT)


def refund(state: str, amount: int = 10_000, **source: Any) -> Refund:
    agency = factories.agency()
    maker, checker = accountant(agency), accountant(agency)
    return Refund.objects.create(
        token=uuid.uuid4(),
        agency=agency,
        amount=amount,
        remaining_seen=amount,
        reason="withdrawn",
        state=state,
        maker=maker,
        checker=checker,
        idempotency_key=str(next(_keys)),
        **source,
    )


def reallocation(of: Discrepancy, state: str, amount: int = 1_000) -> Reallocation:
    maker, checker = accountant(of.agency), accountant(of.agency)
    return Reallocation.objects.create(
        discrepancy=of, amount=amount, state=state, maker=maker, checker=checker, idempotency_key=str(next(_keys))
    )


def fresh(of: Discrepancy) -> Discrepancy:
    return Discrepancy.objects.get(pk=of.pk)


def in_vain(payment: Payment, amount: int, **values: Any) -> Discrepancy:
    return case(payment.bill.agency, values.pop("kind", "paid_in_vain"), amount, payment=payment, **values)
