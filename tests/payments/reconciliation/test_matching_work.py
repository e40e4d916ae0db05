"""Which files are taken on, in which order, and what is left alone."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateways.base import GatewayMissing
from payments.merchants import missing
from payments.models import MerchantAccount, Statement
from payments.reconciliation import matching
from tests.support import factories
from tests.support.payments.rows import statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> MerchantAccount:
    return factories.merchant(factories.agency(), "vietinbank")


def test_files_that_wait_are_taken_on_in_their_order(
    account: MerchantAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[tuple[str, int]] = []

    def note(kind: str) -> Any:
        def work(of: Statement) -> None:
            taken.append((kind, of.pk))
            if len(taken) == 1:
                raise ValueError("x")

        return work

    monkeypatch.setattr(matching, "load", note("load"))
    monkeypatch.setattr(matching, "apply", note("apply"))
    now = timezone.now()
    over, held = now - timedelta(seconds=5), now + timedelta(minutes=1)
    reading, ready = statement(account, state="loading", lease_until=over), statement(account)
    for state in ("preview", "done", "refused"):
        statement(account, state=state)
    statement(account, lease_until=held)
    later = [statement(account) for _ in range(4)]
    assert matching.work_due() == 5
    assert taken == [("load", reading.pk), *(("apply", each.pk) for each in (ready, *later[:3]))]
    with caplog.at_level(logging.ERROR):
        monkeypatch.setattr(missing, "without_missing", lambda waiting, _name: waiting.none())
        assert matching.work_due() == 0


def test_a_gateway_that_is_gone_leaves_its_file_untouched(
    account: MerchantAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = statement(account)

    def gone(_: MerchantAccount) -> None:
        raise GatewayMissing("vietinbank")

    monkeypatch.setattr(matching, "adapter_for", gone)
    with pytest.raises(GatewayMissing):
        matching.apply(of)
    of.refresh_from_db()
    assert of.lease_until is None
