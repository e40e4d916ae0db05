"""The story of a payment, as a person who explains it reads it: in order, and without what names or proves."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Role
from core.values import masking
from payments import payment_history
from payments.callbacks import inbox
from payments.models import Payment
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_payments_page_tells_ledger_and_bank_in_order_and_masks_the_callback(django_assert_num_queries: Any) -> None:
    payment = factories.payment()
    message = confirm(payment)
    post(message)
    inbox.drain_all()
    payment = Payment.objects.select_related("bill").get(pk=payment.pk)
    with django_assert_num_queries(2):
        lines = payment_history.of_payment(payment)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert {line.is_ours for line in lines} == {True, False}
    page = browser_of(factories.officer(payment.bill.agency, Role.PROVINCE_ADMIN)).get(
        f"/admin/payments/payment/{payment.pk}/change/"
    )
    text = page.content.decode()
    assert "Ngân hàng xác nhận đã thu tiền" in text
    assert payment.merchant_ref in dict(next(line for line in lines if line.facts).facts).values()
    assert "MERCHANT_ORDER_ID" in text
    assert message["SECURE_CODE"] not in text


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("SECURE_CODE", "ab12", "…"),
        ("vnp_SecureHash", "ff00", "…"),
        ("payerName", "Nguyễn Thị Bình", "N…"),
        ("custAcct", "101000123456", "1…"),
        ("cust", "101000123456", "…3456"),
        ("accountNo", "101000123456", "1…"),
        ("AMOUNT", 150000, "150000"),
        ("PAY_DATE", "20261124071503", "20261124071503"),
        ("transPayerPhone", "0901234567", "0…"),
        ("remark", "chuyen tu 0901234567", "chuyen tu …4567"),
    ],
)
def test_what_names_or_proves_is_masked(name: str, value: Any, shown: str) -> None:
    assert masking.fields({name: value}) == ((name, shown),)
