"""Tests collected once and run on many mutants: each in a fork whose module has one function exchanged."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Sequence

import hypothesis
import pytest
from _pytest import main, runner

from .forks import Limits, forked
from .ground import renew, use_copy
from .mutants import Mutant
from .swap import changed_function, swap

OPTIONS = ("-q", "-x", "--no-header", "-p", "no:cacheprovider")


class Quick:
    """A plugin for whoever runs mutants: the copied database, and of Hypothesis the same examples each time."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_configure(self) -> None:
        """Try few examples and shrink none: what only the hundredth shows needs a test that names it."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutants", hypothesis.settings(), phases=phases, derandomize=True, max_examples=25
        )
        hypothesis.settings.load_profile("mutants")
        use_copy()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self.failed = report.nodeid


class Loop(Quick):
    """Takes the place of pytest's loop. The test that killed a mutant is the first for the next."""

    def __init__(self, module: str, source: str, found: Sequence[Mutant]) -> None:
        super().__init__()
        self.module, self.source, self.found = module, source, found
        self.killed: list[int] = []
        self.limits: Limits | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then once for each mutant that can be swapped in."""
        if session.testsfailed or not session.items:
            return True
        unchanged = forked(lambda: self._run(session))
        if unchanged.text != "":
            return True
        self.limits = unchanged.patience
        for number, mutant in enumerate(self.found):
            function = changed_function(self.source, mutant.source)
            if function and self._is_killed(session, mutant, function):
                self.killed.append(number)
        return True

    def _is_killed(self, session: pytest.Session, mutant: Mutant, function: str) -> bool:
        def work() -> str:
            is_there = swap(sys.modules[self.module], mutant.source, function)
            return self._run(session) if is_there else ""

        failed = forked(work, self.limits).text
        if failed is None:
            renew()
        session.items.sort(key=lambda item: item.nodeid != failed)
        return failed != ""

    def _run(self, session: pytest.Session) -> str:
        """Return the test that failed, or nothing."""
        with contextlib.suppress(session.Failed):
            main.pytest_runtestloop(session)
        runner.pytest_sessionfinish(session)  # fixtures of a module may have written what the next would find
        return self.failed


def killed(module: str, source: str, found: Sequence[Mutant], tests: Sequence[str]) -> str:
    """Return as JSON which mutants a test noticed, and what a run without any may take; "" when that one failed."""
    loop = Loop(module, source, found)
    pytest.main([*OPTIONS, *tests], plugins=[loop])
    return json.dumps([loop.killed, loop.limits.processor, loop.limits.clock]) if loop.limits else ""
