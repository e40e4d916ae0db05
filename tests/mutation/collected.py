"""Tests collected once and run on many mutants: each in a fork whose module has one function exchanged.

The tests that call the changed function are run first, and of them the quickest: most mutants die at once.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from types import FrameType

import hypothesis
import pytest
from _pytest import main, runner

from .forks import Limits, forked
from .ground import renew, use_copy
from .mutants import Mutant
from .swap import changed_function, swap

_NOT_THERE = "cannot be swapped in"
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
        self.survived: list[int] = []
        #: Functions of the module that were called while it was imported: what they made then is there already.
        self.called: set[str] = set()
        self.limits: Limits | None = None
        #: Of each function of the module, the tests that call it; and the seconds each test takes.
        self.callers: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}
        self._test = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Remember whose the calls are that follow."""
        self._test = nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up how long a test takes."""
        super().pytest_runtest_logreport(report)
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then once for each mutant that can be swapped in."""
        sys.setprofile(None)
        if session.testsfailed or not session.items:
            return True
        unchanged = forked(lambda: self._watched(session))
        failed, self.callers, self.seconds = json.loads(unchanged.text or '["died", {}, {}]')
        if failed:
            return True
        self.limits = unchanged.patience
        for number, mutant in enumerate(self.found):
            if function := changed_function(self.source, mutant.source):
                failed = self._failed(session, mutant, function)
                if failed not in ("", _NOT_THERE):
                    self.killed.append(number)
                elif failed == "" and function not in self.called:
                    self.survived.append(number)
        return True

    def _failed(self, session: pytest.Session, mutant: Mutant, function: str) -> str | None:
        def work() -> str:
            is_there = swap(sys.modules[self.module], mutant.source, function)
            return self._run(session) if is_there else _NOT_THERE

        callers = set(self.callers.get(function, ()))
        session.items.sort(key=lambda item: (item.nodeid not in callers, self.seconds.get(item.nodeid, 0.0)))
        failed = forked(work, self.limits).text
        if failed is None:
            renew()
        return failed

    def _watched(self, session: pytest.Session) -> str:
        """Run the tests as they are; return as JSON what failed, which test calls what, and how long each takes."""
        callers: dict[str, set[str]] = {}
        sys.setprofile(_calls_of(self.module, lambda name: callers.setdefault(name, set()).add(self._test)))
        failed = self._run(session)
        sys.setprofile(None)
        return json.dumps([failed, {name: sorted(tests) for name, tests in callers.items()}, self.seconds])

    def _run(self, session: pytest.Session) -> str:
        """Return the test that failed, or nothing."""
        with contextlib.suppress(session.Failed):
            main.pytest_runtestloop(session)
        runner.pytest_sessionfinish(session)  # fixtures of a module may have written what the next would find
        return self.failed


def judged(module: str, source: str, found: Sequence[Mutant], tests: Sequence[str]) -> str:
    """Return as JSON which mutants a test noticed, which none did, and what a run may take; "" when the tests fail.

    The others have to be imported.
    """
    loop = Loop(module, source, found)
    sys.setprofile(_calls_of(module, loop.called.add))
    pytest.main([*OPTIONS, *tests], plugins=[loop])
    return json.dumps([loop.killed, loop.survived, loop.limits.processor, loop.limits.clock]) if loop.limits else ""


def _calls_of(module: str, note: Callable[[str], None]) -> Callable[[FrameType, str, object], None]:
    """Return a profiler that notes the name of each function of the module that is called."""
    path = f"/{module.replace('.', '/')}.py"

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.endswith(path):
            note(frame.f_code.co_qualname)

    return profile
