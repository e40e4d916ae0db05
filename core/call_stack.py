"""Room for the frames of Python's calls, which CPython up to 3.12 keeps in pieces of 16 KiB.

The last piece goes back to the kernel as soon as it is empty: a loop whose calls just cross the edge of a piece asks
for memory and returns it with each of them (python/cpython#142183). A page is rendered through some hundred frames,
always across some edge: a sixth of what a page costs was spent on that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
#: Half a piece of 512 KiB, which is what CPython then takes: the other half is the room. Memory nobody touches is free.
_SLOTS = 33_000


def with_room(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the function with room for some thousand frames below it, so that no call crosses an edge."""

    def roomy(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return function(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=_SLOTS)
    return roomy
