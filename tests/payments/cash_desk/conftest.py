"""A cashier on duty."""

from __future__ import annotations

import pytest

from agencies.models import User
from tests.support.payments.cash_desk import on_duty


@pytest.fixture
def cashier() -> User:
    return on_duty()
