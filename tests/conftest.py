"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from tests import emptying

emptying.install()


@pytest.fixture(autouse=True)
def _quiet_bells() -> Iterator[None]:
    """Each test begins with a bell nobody has rung, and remembers neither contracts nor a broker that was down."""
    from payments import bell, heartbeats, live, merchants
    from portal.gateway_care import status
    from portal.read_only import spans

    merchants.forget()
    # Known to be nothing, so that no test counts the query that comes once in some seconds.
    spans.known.put((), seconds=3600)
    status.away.put((), seconds=3600)
    heartbeats._said_at.clear()
    bell._silent_until = bell._rung_until = live._silent_until = 0.0
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    client.close()
    yield
