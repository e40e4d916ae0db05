"""VNPAY and MoMo over real HTTP: their pages, their notifications with every fault, and money given back."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import requests

from gateways.base import (
    Answer,
    GatewayRefused,
    GatewayUnavailable,
    MerchantConfig,
    Notification,
    OutcomeState,
    OutcomeUnknown,
    Redirect,
    RefundGateway,
    RefundOrder,
    SentOrder,
)
from tests.support.banks import Sandbox, wait_for

pytestmark = pytest.mark.parametrize("gateway", ["vnpay", "momo"])


def start(sandbox: Sandbox, gateway: str, amount: int = 150000) -> tuple[SentOrder, str]:
    """Open an order as the payer's browser does; return it with the address of the page."""
    order = sandbox.order(amount)
    redirect = sandbox.adapter(gateway).start(order)
    assert isinstance(redirect, Redirect)
    page = requests.get(redirect.url, timeout=10)
    assert page.status_code == 200
    return SentOrder(order.merchant_ref, order.amount, redirect.request, created_at=order.created_at), page.url


def ask(sandbox: Sandbox, gateway: str, order: SentOrder) -> OutcomeState:
    return sandbox.adapter(gateway).query(order).state


def press(url: str, action: str = "pay") -> requests.Response:
    return requests.post(url, {"action": action, "bank": "BIDV"}, timeout=10, allow_redirects=False)


def pay(sandbox: Sandbox, gateway: str, order: SentOrder, **values: str) -> None:
    assert sandbox.control("pay", gateway=gateway, ref=order.merchant_ref, **values)["done"]


def notifications(sandbox: Sandbox, order: SentOrder) -> list[str]:
    return [notification["state"] for notification in sandbox.transactions(order.merchant_ref)[0]["notifications"]]


def paid(sandbox: Sandbox, gateway: str) -> SentOrder:
    """An order that was paid, with the bank's reference."""
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order)
    (notification,) = sandbox.notifications(order.merchant_ref)
    return replace(order, gateway_ref=notification.gateway_ref)


def refunding(sandbox: Sandbox, gateway: str, **settings: float) -> RefundGateway:
    return cast("RefundGateway", sandbox.adapter(gateway, **settings))


def wanted(amount: int, ref: str = "") -> RefundOrder:
    return RefundOrder(ref or f"RF{time.time_ns()}", amount, "Rút hồ sơ", datetime.now(UTC), "Kế toán")


def test_a_person_pays_on_the_page_and_comes_back(sandbox: Sandbox, gateway: str) -> None:
    order, url = start(sandbox, gateway)
    assert ask(sandbox, gateway, order) == OutcomeState.PENDING
    page = requests.get(url, timeout=10).text
    assert "MÔI TRƯỜNG THỬ NGHIỆM" in page and "150.000 đ" in page and order.merchant_ref in page
    assert re.search(r'name="viewport" content="width=device-width', page)
    back = press(url).headers["Location"]
    assert back.startswith(f"{sandbox.contracts[gateway]['bank']['return_url']}?") and order.merchant_ref in back
    (notification,) = sandbox.notifications(order.merchant_ref)
    outcome = sandbox.adapter(gateway).query(order)
    assert (notification.state, notification.amount) == (outcome.state, outcome.amount) == (OutcomeState.PAID, 150000)
    assert notification.gateway_ref == outcome.gateway_ref
    assert notification.occurred_at and datetime.now(UTC) - notification.occurred_at < timedelta(minutes=1)


def test_a_person_cancels_on_the_page(sandbox: Sandbox, gateway: str) -> None:
    order, url = start(sandbox, gateway)
    assert press(url, "cancel").status_code == 302
    assert sandbox.notifications(order.merchant_ref)[0].state == OutcomeState.CANCELLED
    # querydr has no word for it: VNPAY tells of a payment that came to nothing.
    assert ask(sandbox, gateway, order) == (OutcomeState.FAILED if gateway == "vnpay" else OutcomeState.CANCELLED)


def test_pressing_pay_many_times_at_once_pays_once(sandbox: Sandbox, gateway: str) -> None:
    order, url = start(sandbox, gateway)
    with ThreadPoolExecutor(10) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: press(url), range(10))} == {302}
    assert len(notifications(sandbox, order)) == 1


def test_a_failed_order_may_be_paid_later(sandbox: Sandbox, gateway: str) -> None:
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order, outcome="failed")
    sandbox.notifications(order.merchant_ref)
    pay(sandbox, gateway, order)
    failed, paid_later = sandbox.notifications(order.merchant_ref, 2)
    assert (failed.state, paid_later.state) == (OutcomeState.FAILED, OutcomeState.PAID)
    assert failed.event_key != paid_later.event_key


def test_a_dropped_notification_leaves_only_the_query(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="drop", count=1)
    order, url = start(sandbox, gateway)
    press(url)
    assert notifications(sandbox, order) == ["dropped"]
    assert ask(sandbox, gateway, order) == OutcomeState.PAID


def test_duplicates_and_redelivery_are_one_event(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="duplicate", times=3, count=1)
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order)
    sandbox.notifications(order.merchant_ref, 3)
    sandbox.control("redeliver", gateway=gateway, ref=order.merchant_ref)
    first, *others = sandbox.notifications(order.merchant_ref, 4)
    assert others == [first] * 3


def test_a_tampered_notification_is_rejected_and_the_true_one_follows(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="tamper", count=1)
    order, _ = start(sandbox, gateway)
    rejected = sandbox.portal.rejected
    pay(sandbox, gateway, order)
    wait_for(lambda: sandbox.portal.rejected == rejected + 1)
    assert [notification.amount for notification in sandbox.notifications(order.merchant_ref)] == [150000]


@pytest.mark.parametrize(("answer", "attempts"), [(Answer.BUSY, 2), (Answer.REPLAY, 1)])
def test_a_notification_is_sent_until_the_portal_has_heard(
    sandbox: Sandbox, gateway: str, answer: Answer, attempts: int
) -> None:
    order, _ = start(sandbox, gateway)
    sandbox.portal.answers.append(answer)
    pay(sandbox, gateway, order)
    wait_for(lambda: notifications(sandbox, order) == ["done"])
    assert sandbox.transactions(order.merchant_ref)[0]["notifications"][0]["attempts"] == attempts


def test_reordered_and_delayed_notifications_come_all_the_same(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="reorder", times=2, count=2)
    sandbox.control("faults", gateway=gateway, fault="delay", seconds=0.2, count=1)
    orders = [start(sandbox, gateway)[0] for _ in range(2)]
    for order in orders:
        pay(sandbox, gateway, order)
    answer: list[Notification] = [sandbox.notifications(order.merchant_ref)[0] for order in orders]
    assert {notification.state for notification in answer} == {OutcomeState.PAID}


def test_charged_and_then_no_answer_is_found_by_the_query(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="charge_then_timeout", seconds=1, count=1)
    order, adapter = sandbox.order(), sandbox.adapter(gateway, read_seconds=0.3)
    if gateway == "momo":
        with pytest.raises(OutcomeUnknown):
            adapter.start(order)
    else:
        redirect = adapter.start(order)
        assert isinstance(redirect, Redirect)
        assert requests.get(redirect.url, timeout=10).status_code == 504
    sent = SentOrder(order.merchant_ref, order.amount, {}, created_at=order.created_at)
    assert ask(sandbox, gateway, sent) == OutcomeState.PAID
    assert notifications(sandbox, sent) == []


def test_the_notification_may_overtake_the_answer_to_start(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="callback_in_start", count=1)
    order = sandbox.order()
    redirect = sandbox.adapter(gateway).start(order)
    assert isinstance(redirect, Redirect)
    if gateway == "vnpay":
        requests.get(redirect.url, timeout=10, allow_redirects=False)
    answer = [
        notification for notification in sandbox.portal.notifications if notification.merchant_ref == order.merchant_ref
    ]
    assert [notification.state for notification in answer] == [OutcomeState.PAID]


@pytest.mark.parametrize(
    ("fault", "state"),
    [("pending_then_paid", OutcomeState.PENDING), ("not_found_then_paid", OutcomeState.NOT_FOUND)],
)
def test_a_payment_that_shows_only_later(sandbox: Sandbox, gateway: str, fault: str, state: OutcomeState) -> None:
    sandbox.control("faults", gateway=gateway, fault=fault, seconds=1, count=1)
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order)
    assert ask(sandbox, gateway, order) == state
    wait_for(lambda: ask(sandbox, gateway, order) == OutcomeState.PAID)
    sandbox.notifications(order.merchant_ref)


def test_a_bank_that_is_down_slow_or_broken(sandbox: Sandbox, gateway: str) -> None:
    order, _ = start(sandbox, gateway)
    for fault, raised in (("down", GatewayUnavailable), ("html_error", OutcomeUnknown)):
        sandbox.control("faults", gateway=gateway, fault=fault, count=1)
        with pytest.raises(raised):
            ask(sandbox, gateway, order)
    sandbox.control("faults", gateway=gateway, fault="slow", seconds=2, count=1)
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter(gateway, read_seconds=0.3).query(order)


def test_a_wrong_amount_is_told_with_a_right_signature(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="wrong_amount", count=1)
    order, _ = start(sandbox, gateway)
    pay(sandbox, gateway, order)
    assert sandbox.notifications(order.merchant_ref)[0].amount == 149000
    assert sandbox.adapter(gateway).query(order).amount == 149000


def test_a_portal_with_another_key_is_told_so(sandbox: Sandbox, gateway: str) -> None:
    contract = sandbox.contracts[gateway]
    stranger = type(sandbox.adapter(gateway))(
        MerchantConfig(contract["settings"], {**contract["secrets"], "secret_key": "0" * 32})
    )
    with pytest.raises(GatewayRefused) as refused:
        stranger.query(start(sandbox, gateway)[0])
    assert refused.value.is_configuration_fault


def test_the_same_order_twice_is_one_order(sandbox: Sandbox, gateway: str) -> None:
    order, adapter = sandbox.order(), sandbox.adapter(gateway)
    first = adapter.start(order)
    assert isinstance(first, Redirect)
    if gateway == "momo":
        with pytest.raises(OutcomeUnknown):
            adapter.start(order)
    else:
        assert adapter.start(order) == first
        assert [requests.get(first.url, timeout=10).status_code for _ in range(2)] == [200, 200]
    assert len(sandbox.transactions(order.merchant_ref)) == 1


def test_an_unknown_or_forged_order_has_a_page_that_says_so(sandbox: Sandbox, gateway: str) -> None:
    page = requests.get(f"{sandbox.url}/{gateway}/pay/nothing", timeout=10)
    assert page.status_code == 404 and 'role="alert"' in page.text
    if gateway == "vnpay":
        redirect = sandbox.adapter(gateway).start(sandbox.order())
        expired = sandbox.adapter(gateway).start(replace(sandbox.order(), created_at=datetime(2026, 1, 1, tzinfo=UTC)))
        assert isinstance(redirect, Redirect) and isinstance(expired, Redirect)
        for url in (redirect.url.replace("vnp_Amount=15", "vnp_Amount=1"), expired.url):
            page = requests.get(url, timeout=10)
            assert page.status_code == 400 and 'role="alert"' in page.text


def test_a_part_and_then_the_rest_is_given_back_and_no_dong_more(sandbox: Sandbox, gateway: str) -> None:
    order, adapter = paid(sandbox, gateway), refunding(sandbox, gateway)
    for amount in (50000, 100000):
        refund = wanted(amount)
        outcome = adapter.refund(order, refund)
        assert (outcome.state, outcome.amount) == (OutcomeState.PAID, amount)
        again = adapter.query_refund(order, refund)
        assert (again.state, again.amount, again.gateway_ref) == (OutcomeState.PAID, amount, outcome.gateway_ref)
    assert adapter.refund(order, wanted(1000)).state == OutcomeState.FAILED
    assert len(sandbox.transactions(order.merchant_ref)[0]["detail"]["refunds"]) == 2


def test_the_whole_is_given_back(sandbox: Sandbox, gateway: str) -> None:
    order, adapter = paid(sandbox, gateway), refunding(sandbox, gateway)
    assert adapter.refund(order, wanted(150000)).state == OutcomeState.PAID
    assert adapter.refund(order, wanted(150000)).state == OutcomeState.FAILED


def test_a_refund_whose_answer_is_lost_is_found_by_asking_and_never_made_twice(sandbox: Sandbox, gateway: str) -> None:
    order, refund = paid(sandbox, gateway), wanted(50000)
    sandbox.control("faults", gateway=gateway, fault="refund_then_timeout", seconds=1, count=1)
    impatient, adapter = refunding(sandbox, gateway, read_seconds=0.3), refunding(sandbox, gateway)
    with pytest.raises(OutcomeUnknown):
        impatient.refund(order, refund)
    with pytest.raises(OutcomeUnknown):
        adapter.refund(order, refund)
    assert adapter.query_refund(order, refund).state == OutcomeState.PAID
    assert len(sandbox.transactions(order.merchant_ref)[0]["detail"]["refunds"]) == 1


def test_a_refund_under_way_is_pending_until_it_is_done(sandbox: Sandbox, gateway: str) -> None:
    order, refund, adapter = paid(sandbox, gateway), wanted(50000), refunding(sandbox, gateway)
    sandbox.control("faults", gateway=gateway, fault="refund_pending", seconds=1, count=1)
    assert adapter.refund(order, refund).state == OutcomeState.PENDING
    wait_for(lambda: adapter.query_refund(order, refund).state == OutcomeState.PAID)


def test_what_was_never_paid_or_sent_is_not_given_back(sandbox: Sandbox, gateway: str) -> None:
    order, _ = start(sandbox, gateway)
    adapter = refunding(sandbox, gateway)
    unpaid = replace(order, gateway_ref="1234567890")
    assert adapter.refund(unpaid, wanted(150000)).state == OutcomeState.FAILED
    assert adapter.query_refund(unpaid, wanted(150000)).state == OutcomeState.NOT_FOUND
