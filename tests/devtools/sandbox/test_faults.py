"""Every fault that can be ordered does what it says, and an adapter makes the right thing of it."""

from __future__ import annotations

import time

import pytest
import requests

from devtools.sandbox.faults import FAULTS
from gateways.base import GatewayUnavailable, OutcomeState, OutcomeUnknown, PaymentOrder, Redirect, SentOrder
from tests.support.banks import Sandbox, wait_for


def open_order(sandbox: Sandbox) -> PaymentOrder:
    order = sandbox.order()
    assert isinstance(sandbox.adapter("vnptpay").start(order), Redirect)
    return order


def ask(sandbox: Sandbox, order: PaymentOrder) -> OutcomeState:
    sent = SentOrder(order.merchant_ref, order.amount, {}, created_at=order.created_at)
    return sandbox.adapter("vnptpay").query(sent).state


def pay(sandbox: Sandbox, ref: str, gateway: str = "vnptpay") -> None:
    assert sandbox.control("pay", gateway=gateway, ref=ref)["done"]


def states(sandbox: Sandbox, ref: str) -> list[str]:
    return [notification["state"] for notification in sandbox.transactions(ref)[0]["notifications"]]


def test_dropped_notifications_leave_only_the_query(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vnptpay", fault="drop", count=1)
    order = open_order(sandbox)
    pay(sandbox, order.merchant_ref)
    assert states(sandbox, order.merchant_ref) == ["dropped"]
    assert ask(sandbox, order) == OutcomeState.PAID


def test_a_delayed_notification_comes_later(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vnptpay", fault="delay", seconds=0.5)
    order, started = open_order(sandbox), time.monotonic()
    pay(sandbox, order.merchant_ref)
    sandbox.notifications(order.merchant_ref)
    assert time.monotonic() - started > 0.4


def test_duplicates_come_at_once(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vietinbank", fault="duplicate", times=5)
    code = sandbox.code()
    pay(sandbox, code, "vietinbank")
    assert len({notification.event_key for notification in sandbox.notifications(code, 5)}) == 1


def test_reordered_notifications_come_in_reverse(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vietinbank", fault="reorder", times=3, count=3)
    codes = [sandbox.code() for _ in range(3)]
    for code in codes:
        pay(sandbox, code, "vietinbank")
    sandbox.notifications(codes[0])
    answer = [
        notification.merchant_ref for notification in sandbox.portal.notifications if notification.merchant_ref in codes
    ]
    assert answer == codes[::-1]


def test_held_notifications_come_when_faults_are_cleared(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vietinbank", fault="reorder", times=9, seconds=600)
    code = sandbox.code()
    pay(sandbox, code, "vietinbank")
    requests.delete(f"{sandbox.url}/control/faults", timeout=10)
    assert sandbox.notifications(code)


@pytest.mark.parametrize("gateway", ["vnptpay", "vietinbank"])
def test_a_tampered_notification_is_rejected_and_the_true_one_follows(sandbox: Sandbox, gateway: str) -> None:
    sandbox.control("faults", gateway=gateway, fault="tamper", count=1)
    ref = open_order(sandbox).merchant_ref if gateway == "vnptpay" else sandbox.code()
    rejected = sandbox.portal.rejected
    pay(sandbox, ref, gateway)
    wait_for(lambda: sandbox.portal.rejected == rejected + 1)
    assert [notification.amount for notification in sandbox.notifications(ref)] == [150000]


def test_a_slow_answer_and_a_silent_one(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vnptpay", fault="slow", seconds=0.3, count=1)
    started = time.monotonic()
    open_order(sandbox)
    assert time.monotonic() - started > 0.25
    sandbox.control("faults", gateway="vnptpay", fault="slow", seconds=2, count=1)
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter("vnptpay", read_seconds=0.3).start(sandbox.order())


def test_charged_and_then_no_answer_is_found_by_the_query(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vnptpay", fault="charge_then_timeout", seconds=1, count=1)
    order = sandbox.order()
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter("vnptpay", read_seconds=0.3).start(order)
    assert ask(sandbox, order) == OutcomeState.PAID
    assert states(sandbox, order.merchant_ref) == []


def test_the_callback_may_overtake_the_answer_to_init(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vnptpay", fault="callback_in_start", count=1)
    order = sandbox.order()
    sandbox.adapter("vnptpay").start(order)
    answer = [
        notification for notification in sandbox.portal.notifications if notification.merchant_ref == order.merchant_ref
    ]
    assert [notification.state for notification in answer] == [OutcomeState.PAID]


@pytest.mark.parametrize(
    ("fault", "state"),
    [("pending_then_paid", OutcomeState.PENDING), ("not_found_then_paid", OutcomeState.NOT_FOUND)],
)
def test_a_payment_that_shows_only_later(sandbox: Sandbox, fault: str, state: OutcomeState) -> None:
    sandbox.control("faults", gateway="vnptpay", fault=fault, seconds=1, count=1)
    order = open_order(sandbox)
    pay(sandbox, order.merchant_ref)
    assert ask(sandbox, order) == state
    wait_for(lambda: ask(sandbox, order) == OutcomeState.PAID)
    sandbox.notifications(order.merchant_ref)


def test_a_transfer_that_shows_only_later(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vietinbank", fault="not_found_then_paid", seconds=1, count=1)
    code, adapter = sandbox.code(), sandbox.adapter("vietinbank")
    pay(sandbox, code, "vietinbank")
    assert adapter.query(SentOrder(code, 150000, {})).state == OutcomeState.NOT_FOUND
    wait_for(lambda: adapter.query(SentOrder(code, 150000, {})).state == OutcomeState.PAID)


def test_a_bank_that_is_down_did_not_take_the_order(sandbox: Sandbox) -> None:
    sandbox.control("faults", fault="down")
    with pytest.raises(GatewayUnavailable):
        sandbox.adapter("vnptpay").start(sandbox.order())
    with pytest.raises(GatewayUnavailable):
        sandbox.adapter("vietinbank").query(SentOrder(sandbox.code(), 1, {}))


def test_a_page_of_html_instead_of_an_answer_is_unknown(sandbox: Sandbox) -> None:
    sandbox.control("faults", gateway="vnptpay", fault="html_error", count=1)
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter("vnptpay").start(sandbox.order())


def test_a_wrong_amount_is_told_with_a_right_signature(sandbox: Sandbox) -> None:
    sandbox.control("faults", fault="wrong_amount")
    order, code = open_order(sandbox), sandbox.code()
    pay(sandbox, order.merchant_ref)
    pay(sandbox, code, "vietinbank")
    assert sandbox.notifications(order.merchant_ref)[0].amount == 149000
    assert sandbox.notifications(code)[0].amount == 149000


def test_faults_can_be_listed_counted_and_cleared(sandbox: Sandbox) -> None:
    ordered = sandbox.control("faults", gateway="vnptpay", fault="html_error", count=2, seconds=3)["faults"]
    assert ordered == [{"gateway": "vnptpay", "fault": "html_error", "count": 2, "options": {"seconds": 3}}]
    with pytest.raises(OutcomeUnknown):
        sandbox.adapter("vnptpay").start(sandbox.order())
    assert requests.get(f"{sandbox.url}/control/faults", timeout=10).json()["faults"][0]["count"] == 1
    requests.delete(f"{sandbox.url}/control/faults", timeout=10)
    assert requests.get(f"{sandbox.url}/control/faults", timeout=10).json() == {"faults": []}


def test_an_unknown_fault_is_refused_with_the_list_of_those_known(sandbox: Sandbox) -> None:
    assert sandbox.control("faults", fault="nonsense")["faults"] == FAULTS
