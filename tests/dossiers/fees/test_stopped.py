"""A dossier that was stopped may go on: its bill stays open, nobody is asked for it, and what arrives is taken."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Role
from dossiers.models import Dossier, DossierBill, NoticeKind
from dossiers.processing import decisions
from dossiers.states import DossierState
from payments.callbacks import handle as callbacks
from payments.callbacks import inbox
from payments.cash_desk import collect as cash_desk
from payments.cash_desk.collect import Taking
from payments.checkout import start as checkout
from payments.errors import BillHeld
from payments.models import Bill, Payment
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def stopped() -> tuple[Dossier, Bill, Payment]:
    """A dossier in process that was stopped while somebody was paying by a VietQR."""
    dossier = factories.dossier(state=4)
    bill = Bill.objects.get(pk=DossierBill.objects.get(dossier=dossier).bill_id)
    qr = factories.qr(account="9PT1", purpose="1", amount=bill.amount)
    payment = factories.payment(of=bill, gateway="vietinbank", **qr)
    officer = factories.officer(dossier.agency)
    decisions.give_notice(dossier, NoticeKind.STOP, actor=officer, reason="chờ kết luận thanh tra")
    dossier.refresh_from_db()
    return dossier, bill, payment


def go_on(dossier: Dossier) -> None:
    decisions.go_on(dossier, DossierState.IN_PROCESS, actor=factories.officer(dossier.agency))


def test_the_payer_is_told_to_wait_and_is_asked_again_when_it_goes_on() -> None:
    dossier, bill, _payment = stopped()
    factories.merchant(dossier.agency, "vnptpay")
    payer = Client()
    page = payer.get(f"/thanh-toan/{bill.token}/").content.decode()
    assert "đang dừng giải quyết" in page
    assert "Chọn cách nộp" not in page and "Mở lại mã VietQR" not in page
    assert payer.get(f"/thanh-toan/{bill.token}/ma-qr/").status_code == 302, "no code is shown"
    assert payer.get(f"/thanh-toan/{bill.token}/ma-qr.png").status_code == 404, "nor given as a picture"
    payer.post(f"/thanh-toan/{bill.token}/vnptpay/")
    assert Payment.objects.count() == 1, "nothing new was begun"
    assert payer.get(f"/nop-tai-quay/{bill.token}/").status_code == 302
    payer.get(f"/giay-hen/{dossier.slip_token}/")
    assert "chưa phải nộp khoản này" in payer.get(f"/ho-so/{dossier.code}/").content.decode()
    assert payer.get("/nop-nhieu-ho-so/").context["owed"] == []
    go_on(dossier)
    assert "Chọn cách nộp" in payer.get(f"/thanh-toan/{bill.token}/").content.decode()
    assert [row.bill for row in payer.get("/nop-nhieu-ho-so/").context["owed"]] == [bill]


def test_a_bank_that_asks_is_told_that_nothing_is_to_be_paid_now() -> None:
    dossier, _bill, payment = stopped()
    inquiry = callbacks._find_bill("vietinbank", payment.merchant_ref)
    assert inquiry and not inquiry.is_payable
    go_on(dossier)
    inquiry = callbacks._find_bill("vietinbank", payment.merchant_ref)
    assert inquiry and inquiry.is_payable


def test_no_cash_is_taken_while_it_is_stopped_and_the_second_window_shows_no_code() -> None:
    dossier, bill, _payment = stopped()
    cashier = factories.officer(dossier.agency, Role.CASHIER)
    cash_desk.open_shift(cashier, dossier.agency, opening_amount=0)
    browser = browser_of(cashier)
    assert "thu-tien" not in browser.get(f"/quay/{dossier.code}/").content.decode()
    window = browser.get("/quay/man-hinh-phu/trang-thai/").content.decode()
    assert "big-qr" not in window and "chưa phải nộp khoản này" in window
    with pytest.raises(BillHeld):
        cash_desk.take(bill, Taking("cash", bill.amount, ""), cashier=cashier, despite_open=True)
    cash_desk.take(bill, Taking("pos", bill.amount, "T1"), cashier=cashier, despite_open=True)
    bill.refresh_from_db()
    assert bill.state == "paid", "a card that was charged is booked"


def test_money_that_arrives_all_the_same_settles_the_bill_and_the_dossier_stays_stopped() -> None:
    dossier = factories.dossier(state=4)
    bill = Bill.objects.get(pk=DossierBill.objects.get(dossier=dossier).bill_id)
    payment = factories.payment(of=bill)
    decisions.give_notice(dossier, NoticeKind.STOP, actor=factories.officer(dossier.agency), reason="chờ")
    post(confirm(payment))
    inbox.drain_all()
    bill.refresh_from_db()
    dossier.refresh_from_db()
    assert (bill.state, dossier.state) == ("paid", DossierState.STOPPED)
    with pytest.raises(BillHeld):
        checkout.start(bill, "vnptpay", client_ip="127.0.0.1")
