"""PayPlatform behind the province's service bus (LGSP)."""

from __future__ import annotations

import requests

from gateways.base import OutcomeState, Redirect, SentOrder
from tests.support.banks import Sandbox


def test_payplatform_is_reached_through_a_service_bus_as_well(sandbox: Sandbox) -> None:
    bus = f"{sandbox.url}/payplatform/lgsp"
    adapter = sandbox.adapter("payplatform", via="lgsp", init_url=f"{bus}/init", query_url=f"{bus}/query")
    order = sandbox.order()
    redirect = adapter.start(order)
    assert isinstance(redirect, Redirect)
    requests.post(redirect.url, {"action": "pay", "bank": "BIDV"}, timeout=10, allow_redirects=False)
    sent = SentOrder(order.merchant_ref, order.amount, redirect.request)
    assert adapter.query(sent).state == OutcomeState.PAID
