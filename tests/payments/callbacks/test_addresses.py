"""Where gateways call: the addresses each declares, with and without a slash at the end."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from gateways import registry
from payments.callbacks import views
from payments.checkout.options import choices_for
from payments.merchants import accounts
from tests.support import factories
from tests.support.notifications import confirm

VIETINBANK = ("gateways/vietinbank", "vpg/collection/api/v1", "api/v1")
ADDRESSES = [
    *((f"/{prefix}/inq-bill", views.inquire, "vietinbank", "vietinbank-inquire") for prefix in VIETINBANK),
    *((f"/{prefix}/notify-bill", views.notify, "vietinbank", "vietinbank-notify") for prefix in VIETINBANK),
    ("/gateways/vnptpay/notify", views.notify, "vnptpay", "gateway-notify"),
    ("/gateways/vietinbank_direct/notify", views.notify, "vietinbank_direct", "gateway-notify"),
    ("/gateways/wallet24/notify", views.notify, "wallet24", "gateway-notify"),
    ("/gateways/wallet24/return", views.returned, "wallet24", "gateway-return"),
]


@pytest.mark.parametrize(("path", "view", "gateway", "name"), ADDRESSES, ids=[address[0] for address in ADDRESSES])
def test_an_address_leads_to_its_view_with_and_without_a_slash(path: str, view: Any, gateway: str, name: str) -> None:
    for written in (path, f"{path}/"):
        match = resolve(written)
        assert (match.func, match.kwargs["gateway"], match.url_name) == (view, gateway, name)


@pytest.mark.parametrize("path", ["/vpg/api/v1/notify-bill", "/gateways/Vnptpay/notify", "/gateways/notify"])
def test_alike_addresses_are_nobodys(path: str) -> None:
    assert Client().post(path).status_code == 404


@pytest.mark.django_db
def test_a_gateway_whose_package_is_gone_is_not_offered_and_its_notifications_are_to_be_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payment = factories.payment()
    message = confirm(payment)
    assert "vnptpay" in [choice.slug for choice in choices_for(payment.bill)]
    left = {slug: registry.get(slug) for slug in registry.all_slugs() if slug != "vnptpay"}
    monkeypatch.setattr(registry, "_gateways", lambda: left)
    accounts._adapter.cache_clear()
    assert "vnptpay" not in [choice.slug for choice in choices_for(payment.bill)]
    assert Client().get(f"/thanh-toan/{payment.bill.token}/").status_code == 200
    assert Client().post(f"/thanh-toan/{payment.bill.token}/vnptpay/").status_code == 404
    answer = Client().post("/gateways/vnptpay/notify", message, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert Client().post("/gateways/nobody/notify", message, content_type="application/json").status_code == 404
