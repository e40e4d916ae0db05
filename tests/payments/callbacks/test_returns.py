"""The browser comes back: by an address, or by a form of the gateway's own page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("gateway", ["vnptpay", "vnpay", "momo"])
def test_a_form_of_another_site_leads_to_the_bill(gateway: str) -> None:
    payment = factories.payment(gateway=gateway, redirect_url="https://bank.test/pay")
    client = Client(enforce_csrf_checks=True)
    fields = {"ref": payment.merchant_ref, "short": "1", "long": "x" * 65}
    answer = client.post(f"/gateways/{gateway}/return", fields, headers={"origin": "https://bank.test"})
    assert answer.status_code == 303
    address = urlsplit(answer["Location"])
    assert (address.path, parse_qs(address.query)) == (f"/gateways/{gateway}/return", {"ref": [payment.merchant_ref]})
    assert client.get(answer["Location"])["Location"] == f"/thanh-toan/{payment.bill.token}/"


def test_nothing_in_a_form_is_believed() -> None:
    answer = Client(enforce_csrf_checks=True).post("/gateways/vnptpay/return", {"url": "https://evil.test/"})
    assert answer["Location"].startswith("/gateways/vnptpay/return?")
    assert Client().get(answer["Location"])["Location"].startswith("/")


def test_a_form_without_end_is_not_read() -> None:
    answer = Client().post("/gateways/vnptpay/return", "x" * 70_000, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Location"]) == (303, "/gateways/vnptpay/return?")
