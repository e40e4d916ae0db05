"""What the page of a bill says of an attempt that was cancelled, failed, or never opened; and what it still offers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.background import wakeup
from gateways.base import RawResponse
from payments.checkout import start as checkout
from payments.models import Bill, Payment
from payments.states import DisplayState, PaymentState
from payments.status_queries.query import move_payment
from tests.support import factories
from tests.support.local_server import serve

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(bill: Bill) -> str:
    return Client().get(reverse("bill", args=[bill.token])).content.decode()


def reload_is_asked(bill: Bill, version: str) -> bool:
    fragment = Client().get(reverse("bill-state", args=[bill.token]), {"da-thay": version}).content.decode()
    return "data-reload" in fragment


def version_in(page: str) -> str:
    version = re.search(r"da-thay=(\w+)", page)
    assert version
    return version[1]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PaymentState.CANCELLED, "Bạn đã hủy lần nộp qua VNPT-Pay, chưa bị trừ tiền."),
        (PaymentState.FAILED, "Lần nộp qua VNPT-Pay không thành công, chưa bị trừ tiền."),
    ],
)
def test_what_ended_without_money_is_said_at_once_and_the_page_reloads(state: PaymentState, said: str) -> None:
    payment = factories.payment(returned_at=timezone.now())
    before = page_of(payment.bill)
    assert 'data-state="checking"' in before
    assert not reload_is_asked(payment.bill, version_in(before))
    move_payment(payment, state, cause="test")
    assert reload_is_asked(payment.bill, version_in(before))
    after = page_of(payment.bill)
    assert said in after
    assert "Chọn cách nộp" in after
    assert "Đừng nộp lại" not in after
    Payment.objects.filter(pk=payment.pk).update(created_at=timezone.now() - timedelta(hours=2))
    assert said not in page_of(payment.bill), "of yesterday's attempt nobody needs to be told"


def test_who_is_just_back_is_not_alarmed() -> None:
    payment = factories.payment(returned_at=timezone.now())
    page = page_of(payment.bill)
    assert "Đang chờ VNPT-Pay xác nhận" in page
    assert "Đừng nộp lại" not in page
    Payment.objects.filter(pk=payment.pk).update(returned_at=timezone.now() - timedelta(seconds=21))
    assert "Đừng nộp lại" in page_of(payment.bill)


def test_the_gateway_is_asked_when_the_browser_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(wakeup, "enqueue", lambda task, **kwargs: woken.append((task, kwargs)))
    bill, browser = factories.bill(), Client()
    factories.merchant(bill.agency, "vnpay")
    browser.post(reverse("pay", args=[bill.token, "vnpay"]))
    browser.get(reverse("gateway-return", args=["vnpay"]), {"vnp_TxnRef": bill.payments.get().merchant_ref})
    assert woken == [("payments.query_open_payments", {"gateway": "vnpay"})]
    browser.get(reverse("gateway-return", args=["vnpay"]))
    assert len(woken) == 1, "once a return, not with each reload of its address"


def test_while_money_is_in_doubt_other_ways_are_folded_behind_a_question() -> None:
    payment = factories.payment(state=PaymentState.UNKNOWN)
    factories.merchant(payment.bill.agency, "vietinbank")
    page = page_of(payment.bill)
    open_part, _, folded = page.partition("<details")
    assert "Chắc chắn chưa trả tiền?" in folded
    assert "/vietinbank/" in folded
    assert "/vietinbank/" not in open_part


def test_a_gateway_that_does_not_answer_the_start_leaves_no_doubt_about_money() -> None:
    """It may have heard of the order, so it is asked about; but the payer has seen nothing to pay at."""
    bill = factories.bill()
    factories.merchant(bill.agency, "vietinbank")
    with serve(lambda _request: RawResponse(b"<html>busy</html>", 200, "text/html")) as broken:
        factories.merchant(bill.agency, "momo", api_url=broken.url)
        browser = Client()
        answer = browser.post(reverse("pay", args=[bill.token, "momo"]), follow=True)
        page = answer.content.decode()
        assert "MoMo không mở được lúc này. Bạn chưa trả tiền" in page
        payment = bill.payments.get()
        assert (payment.state, payment.was_offered) == (PaymentState.UNKNOWN, False)
        assert payment.next_check_at is not None
        bill = Bill.objects.with_payments().get(pk=bill.pk)
        assert bill.display_state == DisplayState.NOT_PAID
        assert "Đừng nộp lại" not in page
        assert "Tiếp tục lần đó" not in page
        orders = [
            sent for sent in broken.received if payment.merchant_ref.encode() in sent.body and b"ipnUrl" in sent.body
        ]
        again = checkout.start(bill, "momo", client_ip="")
        sent_again = [sent for sent in broken.received if b"ipnUrl" in sent.body]
        assert (again.pk, again.was_offered) == (payment.pk, False)
        assert (len(orders), len(sent_again)) == (1, 2), "sent again, under its own reference"
        assert payment.merchant_ref.encode() in sent_again[1].body
        other = checkout.start(bill, "vietinbank", client_ip="", acknowledged=())
        assert other.qr_text, "nobody is warned of an attempt that could not be paid"
