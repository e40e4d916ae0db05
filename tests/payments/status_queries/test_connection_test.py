"""Trying the connection to a gateway, at the sandbox banks over HTTP."""

from __future__ import annotations

import pytest

from agencies.models import Role
from payments.models import Bill, Notification, Payment
from payments.status_queries import connection_test
from tests.support import factories
from tests.support.payments.sandbox import Bank

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("gateway", ["vnptpay", "vietinbank", "vietinbank_direct", "payplatform", "vnpay", "momo"])
def test_trying_the_connection_asks_the_bank_and_moves_nothing(bank: Bank, bill: Bill, gateway: str) -> None:
    account = factories.merchant(bill.agency, gateway)
    tester = factories.officer(bill.agency, Role.PROVINCE_ADMIN)
    result = connection_test.probe(account, actor=tester)
    assert result.is_well, result.said
    bank.fault("down", gateway=gateway)
    result = connection_test.probe(account, actor=tester)
    assert not result.is_well
    account.health.refresh_from_db()
    assert account.health.failures == 1
    assert not Payment.objects.exists()
    assert not Notification.objects.exists()


def test_a_wrong_key_is_found_before_a_payer_finds_it(bank: Bank, bill: Bill) -> None:
    account = factories.merchant(bill.agency, "vnptpay")
    account.secrets = account.secrets.replace(account.secrets[-6:-2], "0000")
    assert not connection_test.probe(account, actor=factories.officer(bill.agency, Role.PROVINCE_ADMIN)).is_well
