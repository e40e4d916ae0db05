"""Payers reach the gateways' pages: the content policy is made of the contracts, what lies outside is told (G1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from agencies.models import Role
from gateways.base import RawResponse, Redirect
from payments import test_payments
from payments.merchants import page_origins
from payments.models import Bill, MerchantAccount, Payment
from portal.administration import alerts
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.local_server import serve
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bill() -> Bill:
    made = factories.bill()
    factories.merchant(made.agency, "vnpay", pay_url="https://pay.vnpay.example/vpcpay.html?a=1")
    return made


def policy_of(browser: Client, path: str) -> str:
    policy = browser.get(path).headers["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith("form-action"))


def leads_to(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr("gateways.vnpay.adapter.Vnpay.start", lambda *_: Redirect(url, {}))


def test_the_policy_of_pages_names_the_origins_of_the_contracts(bill: Bill) -> None:
    page = reverse("bill", args=[bill.token])
    assert "https://pay.vnpay.example" in policy_of(Client(), page).split()
    account = MerchantAccount.objects.get()
    account.settings |= {"page_origins": ["https://card.example:8443/x", "javascript:alert(1)", "https://a.example; b"]}
    account.save()
    sources = policy_of(Client(), page).split()
    assert "https://card.example:8443" in sources
    assert not [source for source in sources if "javascript" in source or "a.example" in source or source == "b"]
    administrator = browser_of(factories.officer(bill.agency, Role.PROVINCE_ADMIN))
    assert "https://card.example:8443" in policy_of(administrator, "/admin/cong-thanh-toan/")


def test_a_page_outside_is_told_and_the_payer_gets_a_link(bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page_origins.blocked() == []
    leads_to(monkeypatch, "https://elsewhere.example/pay?token=1")
    answer: Any = Client().post(reverse("pay", args=[bill.token, "vnpay"]))
    assert (answer.status_code, 'href="https://elsewhere.example/pay?token=1"' in answer.content.decode()) == (
        200,
        True,
    )
    account = MerchantAccount.objects.get()
    assert page_origins.blocked() == [page_origins.Blocked(account, "https://elsewhere.example")]
    assert ["https://elsewhere.example" in fault.msg.split() for fault in _warnings()] == [True]
    administrator = factories.officer(bill.agency, Role.PROVINCE_ADMIN)
    (alert,) = [alert for alert in alerts.of_province(administrator) if "https://elsewhere.example" in str(alert.name)]
    assert alert.count == 1
    account.settings["page_origins"] = ["https://elsewhere.example"]
    account.save()
    assert page_origins.blocked() == _warnings() == []
    answer = Client().post(reverse("pay", args=[bill.token, "vnpay"]))
    assert answer.headers["Location"] == "https://elsewhere.example/pay?token=1"


def test_a_contract_that_names_no_page_is_told_before_anybody_pays(bill: Bill, settings: Any) -> None:
    settings.FORM_ACTION_ORIGINS = []
    MerchantAccount.objects.update(settings={**MerchantAccount.objects.get().settings, "pay_url": "vpcpay.html"})
    assert [blocked.origin for blocked in page_origins.blocked()] == [""]
    assert len(_warnings()) == 1


def _warnings() -> list[Any]:
    return [fault for fault in run_checks(databases=["default"]) if fault.id == "payments.W002"]


def test_a_test_payment_goes_the_way_of_the_payers(bill: Bill) -> None:
    administrator = factories.officer(bill.agency, Role.PROVINCE_ADMIN)
    test_payment = test_payments.begin(MerchantAccount.objects.get(), bill.agency, 10_000, actor=administrator)
    payment = test_payments.pay(test_payment, client_ip="", locale="vi")
    browser = browser_of(administrator)
    path = reverse("test_payment", args=[test_payment.pk])
    assert f'href="{payment.redirect_url}' not in browser.get(path).content.decode()
    assert browser.post(path, {"viec": "tra"}).headers["Location"] == payment.redirect_url
    assert Payment.objects.get(pk=payment.pk).is_open


@pytest.mark.usefixtures("bill")
class TestInChromium:
    """What only a browser shows: a redirect after a form is held to the policy."""

    pytestmark = [*NEEDS_CHROMIUM]

    @pytest.mark.parametrize("is_named", [True, False])
    def test_pressing_pay_leads_to_the_gateway(
        self, is_named: bool, bill: Bill, browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        html = "text/html; charset=utf-8"
        with serve(lambda request: RawResponse(b"<h1>Bank</h1>", 200, html)) as bank:
            leads_to(monkeypatch, f"{bank.url}/pay")
            if is_named:
                account = MerchantAccount.objects.get()
                account.settings["page_origins"] = [bank.url]
                account.save()
            page = browser.new_page()
            page.goto(live_server.url + reverse("bill", args=[bill.token]))
            page.click("button:has-text('VNPAY')")
            if not is_named:
                page.click("a:has-text('VNPAY')")
            page.wait_for_url(f"{bank.url}/pay")
            assert page.inner_text("h1") == "Bank"
            page.close()
