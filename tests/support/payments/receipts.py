"""A receipt as a fixture."""

from __future__ import annotations

import pytest

from payments.callbacks import inbox
from payments.models import Receipt
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post


@pytest.fixture
def receipt() -> Receipt:
    payment = factories.payment(of=factories.bill(payer_name="Nguyễn Thị Ngọc Ưởng"))
    post(confirm(payment))
    inbox.drain_all()
    return Receipt.objects.select_related("series", "bill", "payment").get()
