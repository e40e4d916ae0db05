"""The one registry of background work: an app's `tasks.py` declares it with `@job`.

A job is a function that does what is due and returns how much. From its declaration come

- the Celery task `<app>.<function>`, a wake-up call that may be lost, doubled or run twice at once,
- the entry of beat's schedule that wakes it every so many seconds,
- the sweeper's round (`core.background.sweeper`), which needs PostgreSQL and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from celery import shared_task
from django.utils.module_loading import autodiscover_modules

Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of background work.

    `every` is beat's interval in seconds (None: only the sweeper does it), `expires` the seconds after which a
    wake-up that no worker has taken is dropped, `kwargs` what beat passes, `rounds` what the sweeper does by name,
    `sweeper_waits` for how many of its intervals the sweeper rests between them.
    """

    name: str
    every: float | None
    expires: float | None
    kwargs: Mapping[str, Any]
    rounds: Mapping[str, Work]
    sweeper_waits: int


_jobs: dict[str, Job] = {}


def job(
    label: str,
    *,
    every: float | None = None,
    expires: float | None = None,
    kwargs: Mapping[str, Any] | None = None,
    rounds: Mapping[str, Work] | None = None,
    sweeper_waits: int = 3,
) -> Callable[[Callable[..., int]], Any]:
    """Declare a function of an app's `tasks.py` as a job; it becomes a Celery task.

    `label` names the sweeper's round. `rounds` replaces it where the sweeper's way differs from the worker's. Where
    nobody waits, a higher `sweeper_waits` keeps the sweeper from asking the database in vain.
    Raises ValueError when two jobs have one name.
    """

    def declare(function: Callable[..., int]) -> Any:
        name = f"{function.__module__.split('.', maxsplit=1)[0]}.{function.__name__}"
        if name in _jobs:
            raise ValueError(f"two jobs are called {name}")
        by_label = rounds if rounds is not None else {label: function}
        _jobs[name] = Job(name, every, expires, kwargs or {}, by_label, sweeper_waits)
        return shared_task(name=name)(function)

    return declare


def all_jobs() -> list[Job]:
    """Return every job of every installed app, in the order of the apps."""
    autodiscover_modules("tasks")
    return list(_jobs.values())


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return Celery beat's schedule."""
    return {
        job.name: {
            "task": job.name,
            "schedule": job.every,
            "kwargs": dict(job.kwargs),
            "options": {"expires": job.expires} if job.expires else {},
        }
        for job in all_jobs()
        if job.every is not None
    }


def sweeper_rounds() -> dict[str, Work]:
    """Return what the sweeper does, by name."""
    return {label: work for job in all_jobs() for label, work in job.rounds.items()}


def sweeper_waits() -> dict[str, int]:
    """Return how many of its intervals the sweeper rests between two rounds, by name."""
    return {label: job.sweeper_waits for job in all_jobs() for label in job.rounds}
