"""A sum that a gateway does not take is not offered there (G6)."""

from __future__ import annotations

from typing import Any

import pytest

from gateways import registry
from gateways.base import AmountLimits
from payments.checkout import start as checkout
from payments.checkout.options import choices_for
from payments.errors import AmountOutsideLimits, BillNotPayable
from payments.models import Bill, Payment
from payments.states import BillState
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


def offered(amount: int, **settings: Any) -> tuple[list[str], Bill]:
    bill = factories.bill(amount)
    for gateway in ("momo", "vietinbank"):
        factories.merchant(bill.agency, gateway, **settings)
    return [choice.slug for choice in choices_for(bill)], bill


@pytest.mark.parametrize(("amount", "is_taken"), [(999, False), (1_000, True), (50_000_000, True), (50_000_001, False)])
def test_what_is_outside_the_gateways_limits_is_not_offered_and_not_sent(amount: int, is_taken: bool) -> None:
    choices, bill = offered(amount)
    assert ("momo" in choices, "vietinbank" in choices) == (is_taken, True)
    if not is_taken:
        with pytest.raises(AmountOutsideLimits) as refused:
            checkout.start(bill, "momo", client_ip="")
        assert (refused.value.least, refused.value.most) == (1_000, 50_000_000)
        assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("amount", "settings", "choices"),
    [
        (5_000, {"smallest_amount": 6_000}, []),
        (6_000, {"smallest_amount": "6000", "largest_amount": 6_000}, ["momo", "vietinbank"]),
        (999, {"smallest_amount": 1}, ["vietinbank"]),
    ],
)
def test_a_contract_makes_them_narrower_and_never_wider(
    amount: int, settings: dict[str, Any], choices: list[str]
) -> None:
    assert offered(amount, **settings)[0] == choices


def test_a_bill_that_is_closed_says_so_rather_than_speak_of_sums() -> None:
    bill = offered(10_000)[1]
    Bill.objects.filter(pk=bill.pk).update(state=BillState.CANCELLED)
    bill.refresh_from_db()
    with pytest.raises(BillNotPayable):
        checkout.start(bill, "vietinbank", client_ip="")


def test_a_gateway_without_limits_has_none() -> None:
    assert registry.limits_of("vnptpay") == registry.limits_of("nobody") == AmountLimits(None, None)
