"""Work that waits in a table: claimed by one process at a time, tried again with growing pauses.

A row is due when its time column has passed. Claiming it moves that time into the future (the lease), so that no
lock is held while a bank or a provider is spoken to, and whoever dies in between is relieved after the lease.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, repeat, takewhile
from typing import TypeVar

from django.db import models, transaction
from django.db.models.functions import Now

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses after the first, second … failure; after the last of them `longest` again and again, or None: give up.

    `jitter` lengthens each pause by up to this share, so that what failed together does not come back together.
    """

    pauses: tuple[timedelta, ...]
    longest: timedelta | None = None
    jitter: float = 0.0

    @classmethod
    def growing(cls, first: timedelta, longest: timedelta, *, factor: int = 2) -> Backoff:
        """Return pauses that grow by `factor` up to `longest`, without an end."""
        steps = accumulate(repeat(factor), lambda pause, by: pause * by, initial=first)
        return cls(tuple(takewhile(lambda pause: pause < longest, steps)), longest)

    def after(self, failures: int) -> timedelta | None:
        """Return the pause after so many failures (at least one); None when it is to be given up."""
        pause = self.pauses[failures - 1] if failures <= len(self.pauses) else self.longest
        if pause is None or not self.jitter:
            return pause
        return pause * random.uniform(1, 1 + self.jitter)  # noqa: S311 - jitter, not a secret


def claim_due(
    due: models.QuerySet[Row],
    *,
    lease: timedelta,
    limit: int,
    field: str = "next_attempt_at",
    choose: Callable[[list[Row]], Iterable[Row]] = lambda rows: rows,
) -> list[Row]:
    """Return up to `limit` rows of an ordered queryset and put their time off by `lease`, committed.

    Rows that another process holds are skipped. `choose` may leave some of the locked rows to others.
    Locks the rows for the moment of the claim. Call outside a transaction; raises RuntimeError inside one.
    """
    with transaction.atomic(durable=True):
        rows = list(choose(list(due.select_for_update(skip_locked=True, of=("self",))[:limit])))
        due.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(**{field: Now() + lease})
    return rows


def send_each(due: models.QuerySet[Row], send: Callable[[Row], bool], *, lease: timedelta, most: int) -> int:
    """Claim due rows one by one and give each to `send`, which tells whether it went out; return how many did.

    `send` runs without a lock and writes down what came of it, within `lease`. Any number of senders may run at once;
    after one that died a row is given to `send` again, so what is sent needs a key of its own.
    """
    sent = 0
    for _ in range(most):
        claimed = claim_due(due.all(), lease=lease, limit=1)
        if not claimed:
            break
        sent += send(claimed[0])
    return sent
