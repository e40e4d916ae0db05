"""Where a run takes place: PostgreSQL whose clock we hold, rolled back afterwards; deaths at any statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import psycopg2.extras
import time_machine
from django.db import connection, transaction

from agencies.models import Agency
from core import live
from core.background import wakeup
from core.database import bulk_update
from gateways import registry
from gateways.base import Answer, RawRequest
from payments.callbacks import handle as callbacks
from payments.models import MerchantAccount
from tests.support import factories

from .bank import MERCHANT, SimBank, SimCard, SimTransfer

BEGINNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_CLOCK = """
CREATE SCHEMA sim;
CREATE FUNCTION sim.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
    AS $$ SELECT current_setting('sim.now')::timestamptz $$;
CREATE FUNCTION sim.now() RETURNS timestamptz STABLE LANGUAGE sql
    AS $$ SELECT current_setting('sim.now')::timestamptz $$;
ALTER TABLE payments_notification ALTER received_at SET DEFAULT sim.statement_timestamp(),
    ALTER next_attempt_at SET DEFAULT sim.statement_timestamp();
SELECT set_config('search_path', 'sim, public, pg_catalog', true);
"""


class Killed(BaseException):
    """The process is dead. No `except Exception` of ours may see it."""


class Clock:
    """One time for Python and for PostgreSQL."""

    def __init__(self, traveller: time_machine.Traveller, bank: SimBank) -> None:
        self._traveller, self._bank = traveller, bank
        self.now = BEGINNING
        self.move_to(BEGINNING)

    def move_to(self, moment: datetime) -> None:
        """Never backwards."""
        self.now = self._bank.now = max(moment, self.now)
        self._traveller.move_to(self.now, tick=False)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('sim.now', %s, false)", [self.now.isoformat()])

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.move_to(self.now + timedelta(seconds=seconds))


class Death:
    """Counts statements and kills at the one that was chosen."""

    def __init__(self) -> None:
        self.after: int | None = None

    def step(self) -> None:
        """One statement more."""
        if self.after is None:
            return
        self.after -= 1
        if self.after <= 0:
            self.after = None  # the dead do not die twice: the rollback goes through
            raise Killed

    def wrapper(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """For `connection.execute_wrapper`."""
        self.step()
        return execute(sql, params, many, context)


@contextmanager
def prepared() -> Iterator[Agency]:
    """Inside a test's transaction: take PostgreSQL's clock, sign contracts with the false bank."""
    with connection.cursor() as cursor, patch.object(registry, "_gateways", _gateways):
        cursor.execute(_CLOCK)
        agency = factories.agency()
        for gateway in (SimCard, SimTransfer):
            MerchantAccount.objects.create(
                agency=agency, gateway=gateway.slug, merchant_id=MERCHANT, valid_during=factories.FOREVER
            )
        yield agency


def _gateways() -> dict[str, Any]:
    return {kind.slug: kind for kind in (SimCard, SimTransfer)}


@contextmanager
def scene(bank: SimBank, ring: Callable[[], None]) -> Iterator[tuple[Clock, Death]]:
    """One run, rolled back at its end."""
    real_values, death = psycopg2.extras.execute_values, Death()

    def execute_values(*args: Any, **kwargs: Any) -> Any:
        death.step()  # update_rows speaks to psycopg2 itself
        return real_values(*args, **kwargs)

    SimCard.bank = SimTransfer.bank = bank
    with ExitStack() as stack:
        traveller = stack.enter_context(time_machine.travel(BEGINNING, tick=False))
        stack.enter_context(patch.object(wakeup, "notify_worker", ring))
        stack.enter_context(patch.object(live, "publish", lambda topics: list(topics)))
        stack.enter_context(patch.object(bulk_update, "execute_values", execute_values))
        whole = transaction.atomic()
        whole._from_testcase = True  # type: ignore[attr-defined]  # lets durable blocks be savepoints, as in TestCase
        stack.enter_context(whole)
        stack.enter_context(connection.execute_wrapper(death.wrapper))
        yield Clock(traveller, bank), death
        death.after = None
        transaction.set_rollback(True)


def post(gateway: str, body: bytes) -> Answer:
    """Hand a notification to the portal's own door."""
    request = RawRequest("POST", f"/gateways/{gateway}/notify", "", {}, body, "203.0.113.9")
    return Answer(callbacks.notify(gateway, request).body.decode())
