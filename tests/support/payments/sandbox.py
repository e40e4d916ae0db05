"""A client of the running sandbox."""

from __future__ import annotations

from typing import Any

import requests

from payments.models import Payment


class Bank:
    """Orders to the sandbox, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, fault: str, **values: Any) -> None:
        """Let a bank misbehave."""
        requests.post(f"{self.url}/control/faults", json={"fault": fault, **values}, timeout=5).raise_for_status()

    def pay(self, gateway: str, ref: str, **values: Any) -> None:
        """Pay as the citizen would, whose browser has opened the page: VNPAY learns of an order only so."""
        page = Payment.objects.filter(merchant_ref=ref).values_list("redirect_url", flat=True).first()
        if page:
            requests.get(page, timeout=5)
        body = {"gateway": gateway, "ref": ref, **values}
        requests.post(f"{self.url}/control/pay", json=body, timeout=5).raise_for_status()
