"""Each test runs for every gateway whose protocol has what it is about, and for at least one; none is skipped."""

from __future__ import annotations

import pytest

from .specimens import SPECIMENS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test its specimens: all of them, or those that `@pytest.mark.only(admits=…)` admits."""
    if "specimen" not in metafunc.fixturenames or hasattr(metafunc.module, "specimen"):
        return  # a module with a specimen of its own holds that one to the suite
    admits = [mark.kwargs["admits"] for mark in metafunc.definition.iter_markers("only")]
    specimens = [specimen for specimen in SPECIMENS if all(admit(specimen) for admit in admits)]
    assert specimens, f"{metafunc.definition.nodeid} runs for no gateway"
    metafunc.parametrize("specimen", specimens, ids=str)
