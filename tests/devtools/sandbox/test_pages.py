"""Every bank with a pay page, as people use it and with each fault: the adapters make the right thing of it."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from gateways.base import (
    Answer,
    GatewayRefused,
    GatewayUnavailable,
    MerchantConfig,
    OrderLine,
    OutcomeState,
    OutcomeUnknown,
    Redirect,
    SentOrder,
)
from tests.support.banks import Sandbox, wait_for

PAGES = ("vnptpay", "payplatform", "vietinbank_direct")
pytestmark = pytest.mark.parametrize("gateway", PAGES)


def start(sandbox: Sandbox, gateway: str) -> tuple[SentOrder, str]:
    """Open an order and return it with the address of the bank's page."""
    order = replace(sandbox.order(), bill_reference="H44.14-261123-0001", lines=(OrderLine("P", "phi", "Phí", 150000),))
    redirect = sandbox.adapter(gateway).start(order)
    assert isinstance(redirect, Redirect)
    return SentOrder(order.merchant_ref, order.amount, redirect.request, created_at=order.created_at), redirect.url


def ask(sandbox: Sandbox, gateway: str, order: SentOrder) -> OutcomeState:
    return sandbox.adapter(gateway).query(order).state


def press(url: str, action: str = "pay") -> requests.Response:
    return requests.post(url, {"action": action, "bank": "BIDV"}, timeout=10, allow_redirects=False)


def pay(sandbox: Sandbox, gateway: str, order: SentOrder, **values: str) -> None:
    assert sandbox.control("pay", gateway=gateway, ref=order.merchant_ref, **values)["done"]


def notifications(sandbox: Sandbox, order: SentOrder) -> list[str]:
    return [notification["state"] for notification in sandbox.transactions(order.merchant_ref)[0]["notifications"]]


def test_a_person_pays_on_the_page_and_comes_back(sandbox: Sandbox, gateway: str) -> None:
    order, url = start(sandbox, gateway)
    assert ask(sandbox, gateway, order) == OutcomeState.PENDING
    page = requests.get(url, timeout=10).text
    assert "MÔI TRƯỜNG THỬ NGHIỆM" in page and "150.000 đ" in page and order.merchant_ref in page
    assert re.search(r'name="viewport" content="width=device-width', page)
    back = press(url).headers["Location"]
    assert back.startswith(sandbox.contracts[gateway]["bank"]["return_url"]) and back.endswith(f"={order.merchant_ref}")
    (notification,) = sandbox.notifications(order.merchant_ref)
    outcome = sandbox.adapter(gateway).query(order)
    assert (notification.state, outcome.state, outcome.amount) == (OutcomeState.PAID, OutcomeState.PAID, 150000)
    assert notification.gateway_ref == outcome.gateway_ref
    assert notification.amount == (None if gateway == "vietinbank_direct" else 150000)


def test_a_person_cancels_on_the_page(sandbox: Sandbox, gateway: str) -> None:
    order, url = start(sandbox, gateway)
    assert press(url, "cancel").status_code == 302
    (notification,) = sandbox.notifications(order.merchant_ref)
    assert notification.state in (OutcomeState.FAILED, OutcomeState.CANCELLED)
    assert ask(sandbox, gateway, order) == notification.state


def test_pressing_pay_many_times_at_once_pays_once(sandbox: Sandbox, gateway: str) -> None:
    order, url = start(sandbox, gateway)
    with ThreadPoolExecutor(10) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: press(url), range(10))} == {302}
    assert len(notifications(sandbox, order)) == 1


def test_the_same_order_twice_is_one_order(sandbox: Sandbox, gateway: str) -> None:
    order = sandbox.order()
    sandbox.adapter(gateway).start(order)
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter(gateway).start(order)
    assert len(sandbox.transactions(order.merchant_ref)) == 1


def test_a_failed_order_may_be_paid_later(sandbox: Sandbox, gateway: str) -> None:
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order, outcome="failed")
    sandbox.notifications(order.merchant_ref)
    pay(sandbox, gateway, order)
    failed, paid = sandbox.notifications(order.merchant_ref, 2)
    assert (failed.state, paid.state) == (OutcomeState.FAILED, OutcomeState.PAID)


def test_a_dropped_notification_leaves_only_the_query(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="drop", count=1)
    order, url = start(sandbox, gateway)
    assert press(url).headers["Location"].endswith(order.merchant_ref)
    assert notifications(sandbox, order) == ["dropped"]
    assert ask(sandbox, gateway, order) == OutcomeState.PAID


def test_duplicates_are_one_event(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="duplicate", times=3, count=1)
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order)
    first, *others = sandbox.notifications(order.merchant_ref, 3)
    assert others == [first, first]


def test_a_tampered_notification_is_rejected_and_the_true_one_follows(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="tamper", count=1)
    order, _ = start(sandbox, gateway)
    rejected = sandbox.portal.rejected
    pay(sandbox, gateway, order)
    wait_for(lambda: sandbox.portal.rejected == rejected + 1)
    assert [notification.state for notification in sandbox.notifications(order.merchant_ref)] == [OutcomeState.PAID]


def test_a_notification_is_sent_until_the_portal_has_heard(sandbox: Sandbox, gateway: str) -> None:
    order, _ = start(sandbox, gateway)
    sandbox.portal.answers.append(Answer.BUSY)
    pay(sandbox, gateway, order)
    sandbox.notifications(order.merchant_ref)
    wait_for(lambda: notifications(sandbox, order) == ["done"])
    assert sandbox.transactions(order.merchant_ref)[0]["notifications"][0]["attempts"] == 2


def test_reordered_and_delayed_notifications_come_all_the_same(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="reorder", times=2, count=2)
    sandbox.control("faults", gateway=gateway, fault="delay", seconds=0.2, count=1)
    orders = [start(sandbox, gateway)[0] for _ in range(2)]
    for order in orders:
        pay(sandbox, gateway, order)
    for order in orders:
        assert len(sandbox.notifications(order.merchant_ref)) == 1


def test_charged_and_then_no_answer_is_found_by_the_query(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="charge_then_timeout", seconds=1, count=1)
    order = sandbox.order()
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter(gateway, read_seconds=0.3).start(order)
    sent = SentOrder(order.merchant_ref, order.amount, {}, created_at=order.created_at)
    assert ask(sandbox, gateway, sent) == OutcomeState.PAID


def test_the_notification_may_overtake_the_answer_to_start(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="callback_in_start", count=1)
    order, _ = start(sandbox, gateway)
    answer = [
        notification for notification in sandbox.portal.notifications if notification.merchant_ref == order.merchant_ref
    ]
    assert [notification.state for notification in answer] == [OutcomeState.PAID]


@pytest.mark.parametrize(
    ("fault", "state"),
    [("pending_then_paid", OutcomeState.PENDING), ("not_found_then_paid", OutcomeState.NOT_FOUND)],
)
def test_a_payment_that_shows_only_later(sandbox: Sandbox, gateway: str, fault: str, state: OutcomeState) -> None:
    for seconds in (1, 10, 60):  # a busy machine may ask too late; then the bank waits longer
        began = time.monotonic()
        sandbox.control("faults", gateway=gateway, fault=fault, seconds=seconds, count=1)
        order, _ = start(sandbox, gateway)
        pay(sandbox, gateway, order)
        seen = ask(sandbox, gateway, order)
        if time.monotonic() - began < seconds:
            break
    assert seen == state
    wait_for(lambda: ask(sandbox, gateway, order) == OutcomeState.PAID)
    sandbox.notifications(order.merchant_ref)


def test_a_bank_that_is_down_slow_or_broken(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="down", count=1)
    with pytest.raises(GatewayUnavailable):
        sandbox.adapter(gateway).start(sandbox.order())
    sandbox.control("faults", gateway=gateway, fault="html_error", count=1)
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter(gateway).start(sandbox.order())
    sandbox.control("faults", gateway=gateway, fault="slow", seconds=0.3, count=1)
    started = time.monotonic()
    start(sandbox, gateway)
    assert time.monotonic() - started > 0.25


def test_a_portal_with_another_key_is_told_so(sandbox: Sandbox, gateway: str) -> None:
    stranger = sandbox.contracts[gateway]["secrets"]
    others = {"secret_key": "0" * 32} if "secret_key" in stranger else sandbox.contracts["vietinbank"]["secrets"]
    adapter = type(sandbox.adapter(gateway))
    config = sandbox.contracts[gateway]["settings"]
    with pytest.raises(GatewayRefused) as refused:
        adapter(MerchantConfig(config, {**stranger, **others})).start(sandbox.order())
    assert refused.value.is_configuration_fault


def test_an_unknown_order_has_a_page_that_says_so(sandbox: Sandbox, gateway: str) -> None:
    page = requests.get(f"{sandbox.url}/{gateway}/pay/nothing", timeout=10)
    assert page.status_code == 404 and 'role="alert"' in page.text
