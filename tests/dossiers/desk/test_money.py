"""Money that came, is missing or under way: the desk says all of it, and the cashier is asked before taking more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role, User
from dossiers.fees import close_bills
from dossiers.models import Dossier, DossierBill
from dossiers.processing.transitions import move
from dossiers.states import DossierState
from payments import discrepancies
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.cash_desk import collect as cash_desk
from payments.checkout import start as checkout
from payments.errors import BillHeld
from payments.models import Bill, Discrepancy, Payment, Receipt
from payments.models.discrepancies import DiscrepancyKind
from payments.receipts import issue as receipts
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dossier() -> Dossier:
    dossier = factories.dossier(state=DossierState.SUBMITTED)
    factories.merchant(dossier.agency, "vnptpay")
    return dossier


@pytest.fixture
def cashier(dossier: Dossier) -> User:
    cashier = factories.officer(dossier.agency, Role.CASHIER)
    cash_desk.open_shift(cashier, dossier.agency, opening_amount=0)
    return cashier


def bill_of(dossier: Dossier) -> Bill:
    return Bill.objects.with_payments().get(pk=DossierBill.objects.get(dossier=dossier).bill_id)


def transferred(dossier: Dossier, amount: int) -> Payment:
    bill = bill_of(dossier)
    qr = factories.qr(account="9PT1", purpose="1", amount=bill.amount)
    payment = factories.payment(of=bill, gateway="vietinbank", **qr)
    post(notify_bill(payment, amount=amount), "vietinbank")
    inbox.drain_all()
    return payment


def overcharged(dossier: Dossier, amount: int) -> Payment:
    """A gateway's page took another sum than it was asked to take."""
    payment = factories.payment(of=bill_of(dossier))
    post(confirm(payment, amount=amount))
    inbox.drain_all()
    return payment


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("\xa0", " ")


def take_cash(cashier: User, dossier: Dossier, **more: Any) -> Any:
    bill = bill_of(dossier)
    data = {"bill": bill.pk, "tender": "cash", "received": bill.amount, "confirmed": "on", **more}
    return browser_of(cashier).post(reverse("desk-take", args=[dossier.code]), data, follow=True)


def test_who_transfers_more_than_is_owed_has_paid_and_gets_the_rest_back(dossier: Dossier, cashier: User) -> None:
    transferred(dossier, 11_000)
    assert bill_of(dossier).state == BillState.PAID
    page = text_of(Client().get(reverse("bill", args=[bill_of(dossier).token])))
    assert "tiền thừa" in page and "<strong>1.000 đ</strong>" in page
    desk = text_of(browser_of(cashier).get(reverse("desk-dossier", args=[dossier.code])))
    assert 'data-state="paid"' in desk
    assert "thu-tien" not in desk
    take_cash(cashier, dossier)
    case = Discrepancy.objects.get()
    assert (case.kind, case.amount) == ("surplus", 1_000)
    assert ledger_check.check() == []


def test_far_too_much_is_seen_at_the_desk_and_nobody_takes_it_again_unasked(dossier: Dossier, cashier: User) -> None:
    overcharged(dossier, 999_000)
    page = text_of(browser_of(cashier).get(reverse("desk-dossier", args=[dossier.code])))
    assert "đã nhận 999.000" in page
    assert 'data-state="checking"' in page
    assert "thu-tien" not in page, "nothing is missing"
    assert "Chuyển thừa" in page
    assert "Kế toán" in page
    assert dossier.code in text_of(browser_of(cashier).get(reverse("desk"), {"viec": "lech-tien"}))
    asked = take_cash(cashier, dossier)
    assert asked.status_code == 409
    assert "Khoan thu" in text_of(asked)
    assert "Đã nhận 999.000" in text_of(asked)
    assert bill_of(dossier).state == BillState.OPEN
    take_cash(cashier, dossier, despite_open="True")
    assert bill_of(dossier).state == BillState.PAID
    assert "Tiền hoàn lại cho bạn" in text_of(Client().get(reverse("bill", args=[bill_of(dossier).token])))


def test_who_has_sent_more_than_enough_is_not_asked_to_pay(dossier: Dossier) -> None:
    overcharged(dossier, 999_000)
    page = text_of(Client().get(reverse("bill", args=[bill_of(dossier).token])))
    assert "Không cần nộp nữa: kế toán đang ghi nhận" in page
    assert "Chọn cách nộp" not in page
    assert "Kế toán ghi nhận cho khoản này trước; phần thừa hoàn lại cho bạn." in page
    for gateway in ("vnptpay", "vietinbank"):
        with pytest.raises(BillHeld):
            checkout.start(bill_of(dossier), gateway, client_ip="")
    citizen = Client()
    citizen.get(f"/giay-hen/{dossier.slip_token}/")
    page = text_of(citizen.get(f"/ho-so/{dossier.code}/"))
    assert "Đến lượt bạn: nộp phí" not in page
    assert f"/thanh-toan/{bill_of(dossier).token}/" not in page


def test_the_cashier_is_asked_while_somebody_pays_by_phone(dossier: Dossier, cashier: User) -> None:
    factories.payment(of=bill_of(dossier))
    assert "qua VNPT-Pay" in text_of(browser_of(cashier).get(reverse("desk-dossier", args=[dossier.code])))
    asked = take_cash(cashier, dossier)
    assert asked.status_code == 409
    assert "Người nộp đang mở VNPT-Pay" in text_of(asked)
    assert "Trả lại khách" in text_of(take_cash(cashier, dossier, despite_open="True"))


def test_what_is_missing_is_said_and_can_be_paid_by_a_transfer_of_just_that(dossier: Dossier) -> None:
    payment = transferred(dossier, 4_000)
    rest = payment.amount - 4_000
    missing = f"{rest:,} đ".replace(",", ".")
    payer = Client()
    page = text_of(payer.get(reverse("bill", args=[payment.bill.token])))
    assert f"Chúng tôi đã nhận 4.000 đ, còn thiếu {missing}." in page
    assert "tiền thừa" not in page
    assert f"Nộp {missing} bằng VietQR" in page
    assert "VNPT-Pay" not in page, "its page would charge all of it"
    assert payer.post(reverse("pay", args=[payment.bill.token, "vnptpay"])).status_code == 404
    answer = payer.get(reverse("transfer", args=[payment.bill.token]))
    assert f"54{len(str(rest)):02d}{rest}" in answer.context["qr_text"]
    assert missing in text_of(answer)


def test_too_little_through_a_page_is_no_doubt_about_money(dossier: Dossier) -> None:
    payment = factories.payment(of=bill_of(dossier))
    post(confirm(payment, amount=payment.amount - 1_000))
    inbox.drain_all()
    page = text_of(Client().get(reverse("bill", args=[payment.bill.token])))
    assert 'data-state="not_paid"' in page
    assert "còn thiếu 1.000 đ" in page
    assert "không đúng số phải nộp" in page
    assert "đang kiểm tra với ngân hàng" not in page


def test_of_a_paid_dossier_that_was_refused_somebody_has_to_think(dossier: Dossier) -> None:
    payment = factories.payment(of=bill_of(dossier))
    post(confirm(payment))
    inbox.drain_all()
    officer = factories.officer(dossier.agency)
    dossier.refresh_from_db()
    move(dossier, DossierState.REFUSED, actor=officer)
    page = text_of(browser_of(officer).get(reverse("desk-dossier", args=[dossier.code])))
    assert "Xem xét hoàn tiền đã nộp" in page
    assert "Không ai" not in page


def test_what_is_missing_is_taken_at_the_counter_and_the_drawer_holds_just_that(
    dossier: Dossier, cashier: User
) -> None:
    transferred(dossier, 4_000)
    page = browser_of(cashier).get(reverse("desk-dossier", args=[dossier.code]))
    assert [form.initial["received"] for form in page.context["takings"]] == [6_000]
    assert take_cash(cashier, dossier, received="6.000").status_code == 409
    answer = take_cash(cashier, dossier, received="10.000", despite_open="True")
    assert "Đã thu 6.000 đ. Trả lại khách 4.000 đ." in text_of(answer)
    assert bill_of(dossier).state == BillState.PAID
    assert cash_desk.expected_amount(cashier.shifts.get()) == 6_000
    assert ledger_check.check() == []


def test_somebody_who_says_that_the_bank_has_charged_them_is_not_charged_again_unasked(
    dossier: Dossier, cashier: User
) -> None:
    payment = factories.payment(of=bill_of(dossier), state="failed")
    discrepancies.new_discrepancy(
        DiscrepancyKind.CHARGED_CLAIM, agency_id=dossier.agency_id, bill=payment.bill, payment=payment, amount=10_000
    ).save()
    asked = take_cash(cashier, dossier)
    assert asked.status_code == 409
    assert "Người nộp đã báo bị trừ 10.000 đ" in text_of(asked)


def test_a_mistyped_number_is_asked_about_before_it_is_change(dossier: Dossier, cashier: User) -> None:
    asked = take_cash(cashier, dossier, received="50.000.000")
    assert asked.status_code == 409
    assert "Khách đưa 50.000.000 đ cho khoản 10.000 đ" in text_of(asked)
    assert "Trả lại khách 40.000 đ" in text_of(take_cash(cashier, dossier, received="50.000"))


def test_the_receipt_is_printed_from_the_dossier(dossier: Dossier, cashier: User) -> None:
    receipts.open_books([dossier.agency_id], timezone.localdate())
    take_cash(cashier, dossier)
    [receipt] = Receipt.objects.filter(bill=bill_of(dossier))
    assert f"In biên lai {receipt.full_number}" in text_of(
        browser_of(cashier).get(reverse("desk-dossier", args=[dossier.code]))
    )


def test_of_a_fee_that_the_law_keeps_nobody_has_to_think_once_that_is_decided() -> None:
    dossier = factories.dossier(amount=0, state=DossierState.SUBMITTED)
    factories.merchant(dossier.agency, "vnptpay")
    line = NewLine(code="HKD", kind="le_phi", description="Lệ phí", amount=100_000, is_refundable=False)
    bill = factories.bill(of=dossier.agency, reference=dossier.code, lines=[line])
    DossierBill.objects.create(dossier=dossier, bill=bill)
    post(confirm(factories.payment(of=bill)))
    inbox.drain_all()
    officer = factories.officer(dossier.agency)
    dossier.refresh_from_db()
    move(dossier, DossierState.REFUSED, actor=officer)
    Payment.objects.update(paid_at=timezone.now() - timedelta(days=1))
    Dossier.objects.update(ends_at=timezone.now())
    assert close_bills.end_due() == 1
    page = text_of(browser_of(officer).get(reverse("desk-dossier", args=[dossier.code])))
    assert "Xem xét hoàn tiền đã nộp" not in page
    assert "Không ai" in page


def test_nothing_is_owed_for_a_dossier_that_was_withdrawn_before_and_after_its_bills_end(dossier: Dossier) -> None:
    officer = factories.officer(dossier.agency)
    move(dossier, DossierState.WITHDRAWN, actor=officer)
    page = browser_of(officer).get(reverse("desk-dossier", args=[dossier.code]))
    assert 'data-state="cancelled"' in page.content.decode()
    Dossier.objects.update(ends_at=timezone.now())
    assert close_bills.end_due() == 1
    page = browser_of(officer).get(reverse("desk-dossier", args=[dossier.code]))
    assert 'data-state="cancelled"' in page.content.decode()
