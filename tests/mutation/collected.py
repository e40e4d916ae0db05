"""Tests collected once and run on many mutants: each in a fork whose module has one function exchanged."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Sequence
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

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then once for each mutant that can be swapped in."""
        sys.setprofile(None)
        if session.testsfailed or not session.items:
            return True
        unchanged = forked(lambda: self._run(session))
        if unchanged.text != "":
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

        failed = forked(work, self.limits).text
        if failed is None:
            renew()
        session.items.sort(key=lambda item: item.nodeid != failed)
        return failed

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
    path = f"/{module.replace('.', '/')}.py"

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.endswith(path):
            loop.called.add(frame.f_code.co_qualname)

    sys.setprofile(note)
    pytest.main([*OPTIONS, *tests], plugins=[loop])
    return json.dumps([loop.killed, loop.survived, loop.limits.processor, loop.limits.clock]) if loop.limits else ""
