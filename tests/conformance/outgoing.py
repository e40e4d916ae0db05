"""Requests that adapters send, and what a bank may answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

from gateways.base import (
    Gateway,
    RawRequest,
    RawResponse,
    SentOrder,
)
from gateways.conformance.specimens import Fields, Specimen
from tests.support.local_server import LocalServer, serve

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)


@contextmanager
def asking(specimen: Specimen, answer: Callable[[Fields], Any]) -> Iterator[tuple[Gateway, LocalServer]]:
    """Yield the adapter with a bank that says `answer(what it was asked)`: a value for JSON, or bytes."""
    assert specimen.contract_at is not None, "for specimens that play their bank's server (protocols.has_server)"

    def respond(request: RawRequest) -> RawResponse:
        said = answer(json.loads(request.body))
        return RawResponse(said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode())

    with serve(respond) as server:
        yield specimen.gateway(specimen.contract_at(server.url)), server


def sent(specimen: Specimen) -> SentOrder:
    """The order as it was sent, by an adapter that never heard the answer."""
    return SentOrder(specimen.merchant_ref, specimen.amount, {}, created_at=specimen.order.created_at)
