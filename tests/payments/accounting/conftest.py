"""Somebody with a role, signed in; money that came in; a bank's file."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Role
from payments import charge_claims, reallocation
from payments.cash_desk import collect as cash_desk
from payments.models import Statement
from payments.refunds import workflow as refunds
from payments.states import PaymentState
from tests.support import factories
from tests.support.payments.accounting import sign_in, surplus, upload
from tests.support.payments.statements import YESTERDAY, line


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rows() -> dict[str, Any]:
    """One row of each kind, all of one agency."""
    case = surplus()
    assert case.payment
    agency, maker = case.agency, factories.officer(case.agency, Role.ACCOUNTANT)
    account = case.payment.merchant_account
    statement = Statement.objects.get(pk=upload(sign_in(maker), account, line("B9", 5_000)).context["statement"].pk)
    refund = refunds.propose_for_case(
        case, refunds.Proposal(1_000, 150_000, "surplus", "k", bank_account="VCB 0123456789"), maker=maker
    )
    wish = reallocation.ReallocationRequest([factories.bill(1_000, of=agency).reference], 149_000, "x", "k")
    move = reallocation.propose(case, wish, maker=maker)
    shift = cash_desk.open_shift(factories.officer(agency, Role.CASHIER), agency, opening_amount=0)
    payment = case.payment
    failed = factories.payment(of=factories.bill(of=agency), gateway="vietinbank", state=PaymentState.FAILED)
    details = charge_claims.ClaimDetails(1_000, timezone.now(), proof=b"a picture")
    claim = charge_claims.make(failed, details, due_at=timezone.now()).discrepancy
    keys = {
        "claim": claim.pk,
        "case": case.pk,
        "statement": statement.pk,
        "refund": refund.pk,
        "shift": shift.pk,
        "payment": payment.pk,
    }
    return {
        **{name: [key] for name, key in keys.items()},
        "move": [case.pk, move.pk],
        "day": [account.pk, YESTERDAY],
        "": [],
        "agency": agency,
    }
