"""Work in a fork of this process: what is imported, collected and migrated by now need not be again."""

from __future__ import annotations

import gc
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """After how many seconds a fork is ended: of processor time, and by the clock."""

    processor: float
    clock: float


@dataclass(frozen=True, slots=True)
class Ended:
    """How a fork ended: what its work returned, None when it died, and the seconds it took."""

    text: str | None
    processor: float
    clock: float

    @property
    def patience(self) -> Limits:
        """What another one may take that does the same: a machine may be busy, a loop need not be waited for."""
        return Limits(3 * self.processor + 10, 3 * self.clock + 60)


def forked(work: Callable[[], str], limits: Limits | None = None) -> Ended:
    """Run `work` in a fork and return how that ended."""
    gc.freeze()
    began, used = time.monotonic(), _processor_time()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _work(work, writing, limits)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:  # noqa: PTH123 - a descriptor has no path
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return Ended(None if status else text, _processor_time() - used, time.monotonic() - began)


def _work(work: Callable[[], str], writing: int, limits: Limits | None) -> None:
    """Never return: what the caller would do next is the parent's. Nothing is printed."""
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)
        if limits:
            signal.setitimer(signal.ITIMER_PROF, limits.processor)
            signal.setitimer(signal.ITIMER_REAL, limits.clock)
        text = work().encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(text)
        code = 0
    finally:
        os._exit(code)


def _processor_time() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
