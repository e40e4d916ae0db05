"""Both banks over real HTTP, as people and programs use them, when nothing goes wrong."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from devtools.sandbox.server import run
from gateways.base import Answer, OutcomeState, PaymentOrder, QrCode, Redirect, SentOrder
from gateways.vietinbank.adapter import VietinBank
from gateways.vnpt_family import sandbox_messages
from tests.support.banks import Sandbox, wait_for


def sent(order: PaymentOrder, redirect: Redirect) -> SentOrder:
    return SentOrder(order.merchant_ref, order.amount, redirect.request)


@pytest.mark.parametrize(("flavour", "path"), [("single", "v1.0.5"), ("agency", "v1.0.6")])
def test_a_person_pays_on_the_page_of_vnptpay(sandbox: Sandbox, flavour: str, path: str) -> None:
    adapter = sandbox.adapter("vnptpay", flavour=flavour, agency_id="AG1", base_url=f"{sandbox.url}/vnptpay/{path}")
    order = sandbox.order()
    redirect = adapter.start(order)
    assert isinstance(redirect, Redirect)
    assert adapter.query(sent(order, redirect)).state == OutcomeState.PENDING
    page = requests.get(redirect.url, timeout=10)
    assert "MÔI TRƯỜNG THỬ NGHIỆM" in page.text and "150.000" in page.text
    back = requests.post(redirect.url, {"action": "pay", "bank": "BIDV"}, timeout=10, allow_redirects=False)
    assert back.headers["Location"].endswith(f"/gateways/vnptpay/return?MERCHANT_ORDER_ID={order.merchant_ref}")
    (notification,) = sandbox.notifications(order.merchant_ref)
    outcome = adapter.query(sent(order, redirect))
    assert (notification.state, notification.amount) == (outcome.state, outcome.amount) == (OutcomeState.PAID, 150000)
    assert notification.gateway_ref == outcome.gateway_ref
    assert notification.facts["PAYMENT_METHOD"] == "BIDV"
    assert requests.post(redirect.url, {"action": "pay"}, timeout=10, allow_redirects=False).status_code == 302
    assert len(sandbox.transactions(order.merchant_ref)[0]["notifications"]) == 1


def test_a_person_cancels_on_the_page_of_vnptpay(sandbox: Sandbox) -> None:
    adapter, order = sandbox.adapter("vnptpay"), sandbox.order()
    redirect = adapter.start(order)
    assert isinstance(redirect, Redirect)
    requests.post(redirect.url, {"action": "cancel"}, timeout=10, allow_redirects=False)
    assert sandbox.notifications(order.merchant_ref)[0].state == OutcomeState.FAILED
    assert adapter.query(sent(order, redirect)).state == OutcomeState.FAILED


def test_the_same_order_twice_is_one_order(sandbox: Sandbox) -> None:
    adapter, order = sandbox.adapter("vnptpay"), sandbox.order()
    adapter.start(order)
    with pytest.raises(Exception, match="03"):
        adapter.start(order)
    assert len(sandbox.transactions(order.merchant_ref)) == 1


def test_confirm_comes_as_a_form_where_the_contract_says_so() -> None:
    sent_as = sandbox_messages.VNPTPAY.envelope({"ACTION": "CONFIRM"}, {"envelope": "form"})
    assert sent_as == {"data": {"data": b'[{"ACTION":"CONFIRM"}]'}}


def test_a_person_transfers_in_the_bank_app_with_a_pasted_qr(sandbox: Sandbox) -> None:
    adapter, code = sandbox.adapter("vietinbank"), sandbox.code()
    order = PaymentOrder(code, 150000, "", datetime.now(UTC), "", "")
    shown = adapter.start(order)
    assert isinstance(shown, QrCode)
    assert adapter.query(SentOrder(code, 150000, shown.request)).state == OutcomeState.NOT_FOUND
    for typed in (shown.text, code, shown.account):
        page = requests.post(f"{sandbox.url}/vietinbank/app", {"code": typed}, timeout=10)
        assert "N V BINH" in page.text and "150.000" in page.text
    form = {"code": shown.text, "amount": "150.000", "action": "pay"}
    done = requests.post(f"{sandbox.url}/vietinbank/app", form, timeout=10)
    assert "Giao dịch thành công" in done.text
    (notification,) = sandbox.notifications(code)
    outcome = adapter.query(SentOrder(code, 150000, shown.request))
    assert (notification.state, notification.amount) == (outcome.state, outcome.amount) == (OutcomeState.PAID, 150000)
    assert notification.gateway_ref == outcome.gateway_ref
    assert notification.account == sandbox.contracts["vietinbank"]["settings"]["account"]


def test_an_unknown_code_is_explained_in_the_bank_app(sandbox: Sandbox) -> None:
    page = requests.post(f"{sandbox.url}/vietinbank/app", {"code": "99999999999999"}, timeout=10)
    assert "Không có khoản phải nộp" in page.text


def test_a_program_pays_at_both_banks(sandbox: Sandbox) -> None:
    order, code = sandbox.order(), sandbox.code(70000)
    sandbox.adapter("vnptpay").start(order)
    assert sandbox.control("pay", gateway="vnptpay", ref=order.merchant_ref)["done"]
    assert sandbox.control("pay", gateway="vietinbank", cust_code=code)["transaction"]["amount"] == 70000
    assert sandbox.notifications(order.merchant_ref)[0].amount == 150000
    assert sandbox.notifications(code)[0].amount == 70000


def test_a_failed_order_may_be_paid_later(sandbox: Sandbox) -> None:
    order = sandbox.order()
    sandbox.adapter("vnptpay").start(order)
    sandbox.control("pay", gateway="vnptpay", ref=order.merchant_ref, outcome="failed")
    sandbox.notifications(order.merchant_ref)
    sandbox.control("pay", gateway="vnptpay", ref=order.merchant_ref)
    failed, paid = sandbox.notifications(order.merchant_ref, 2)
    assert (failed.state, paid.state) == (OutcomeState.FAILED, OutcomeState.PAID)
    assert failed.event_key != paid.event_key


def test_two_transfers_to_one_code_are_two_moneys(sandbox: Sandbox) -> None:
    code = sandbox.code()
    for amount in (1000, 150000):
        sandbox.control("pay", gateway="vietinbank", ref=code, amount=amount)
    first, second = sandbox.notifications(code, 2)
    assert first.gateway_ref != second.gateway_ref
    outcome = sandbox.adapter("vietinbank").query(SentOrder(code, 150000, {}))
    assert (outcome.amount, outcome.state) == (150000, OutcomeState.PAID)


def test_redelivery_is_an_exact_replay(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.control("pay", gateway="vietinbank", ref=code)
    sandbox.notifications(code)
    assert sandbox.control("redeliver", gateway="vietinbank", ref=code) == {"sent": 1}
    first, second = sandbox.notifications(code, 2)
    assert first == second


def test_a_notification_is_sent_until_the_portal_has_heard(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.portal.answers.append(Answer.BUSY)
    sandbox.control("pay", gateway="vietinbank", ref=code)
    sandbox.notifications(code)
    wait_for(lambda: sandbox.transactions(code)[0]["notifications"][0]["state"] == "done")
    assert sandbox.transactions(code)[0]["notifications"][0]["attempts"] == 2


def test_the_settlement_file_of_the_day_holds_every_transfer(sandbox: Sandbox) -> None:
    code = sandbox.code(33000)
    sandbox.control("pay", gateway="vietinbank", ref=code)
    answer = requests.get(f"{sandbox.url}/vietinbank/statement", timeout=10)
    assert "_PT044_THUHOTKAO_IN.txt" in answer.headers["Content-Disposition"]
    adapter = sandbox.adapter("vietinbank")
    assert isinstance(adapter, VietinBank)
    rows = adapter.statement(io.BytesIO(answer.content))
    assert [row.amount for row in rows if row.merchant_ref == code] == [33000]


def test_what_the_bank_knows_and_owes_survives_a_kill(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.control("faults", gateway="vietinbank", fault="delay", seconds=2, count=1)
    sandbox.control("pay", gateway="vietinbank", ref=code)
    sandbox.kill()
    sandbox.start()
    assert sandbox.transactions(code)[0]["state"] == "paid"
    assert len(sandbox.notifications(code)) == 1


def test_the_sandbox_serves_this_machine_only(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="machine"):
        run("0.0.0.0", 1, tmp_path, tmp_path / "config.json")  # noqa: S104 - the very thing that is refused


def test_pressing_pay_many_times_at_once_pays_once(sandbox: Sandbox) -> None:
    order = sandbox.order()
    redirect = sandbox.adapter("vnptpay").start(order)
    assert isinstance(redirect, Redirect)
    with ThreadPoolExecutor(20) as pool:
        form = {"action": "pay"}
        list(pool.map(lambda _: requests.post(redirect.url, form, timeout=10, allow_redirects=False), range(20)))
    (transaction,) = sandbox.transactions(order.merchant_ref)
    assert (transaction["state"], len(transaction["notifications"])) == ("paid", 1)
