"""Refunds that accountants propose, of payments and of cases, up to the transfer made by hand."""

from __future__ import annotations

import itertools
from typing import Any

from agencies.models import Role, User
from payments import discrepancies
from payments.models import Discrepancy, Refund
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import workflow as refunds
from payments.states import RefundState
from tests.support import factories
from tests.support.payments.refunds import ACCOUNT, paid

_keys = itertools.count(1)


def accountant() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


def wanted(amount: int, seen: int = 150_000, reason: str = "withdrawn", **values: Any) -> refunds.Proposal:
    return refunds.Proposal(amount, seen, reason, **{"idempotency_key": f"r{next(_keys)}", **ACCOUNT, **values})


def surplus(**values: Any) -> Discrepancy:
    bill = factories.bill()
    kind = DiscrepancyKind(values.pop("kind", "surplus"))
    case = discrepancies.new_discrepancy(kind, agency_id=bill.agency_id, amount=150_000, bill=bill)
    case.save()
    return case


def proposed(amount: int = 50_000, **values: Any) -> Refund:
    return refunds.propose_for_payment(paid(), wanted(amount, **values), maker=accountant())


def maker_of(refund: Refund) -> User:
    assert refund.maker
    return refund.maker


def to_transfer(refund: Refund) -> Refund:
    refunds.approve(refund, checker=accountant())
    Refund.objects.filter(pk=refund.pk).update(state=RefundState.AWAITING_TRANSFER)
    refund.refresh_from_db()
    return refund
