"""A test payment: real money through the real adapter, no receipt, no figure, and everything still adds up."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from agencies.models import AuditEntry, Role
from payments import test_payments
from payments.bills.create import NewLine, create_bill
from payments.callbacks import inbox
from payments.errors import InvalidBill
from payments.models import Bill, LedgerEvent, Payment, Receipt, ReceiptSeries, TestPayment
from payments.reconciliation import daily_totals
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from portal.administration.onboarding import board_views
from portal.public import figures_views
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import ACCOUNT
from tests.support.payments.sandbox import Bank
from tests.support.payments.statements import YESTERDAY, file_of, line, match
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def started(bill: Bill, gateway: str, amount: int = 10_000) -> tuple[TestPayment, Payment, Any]:
    account = factories.merchant(bill.agency, gateway)
    browser = browser_of(factories.officer(bill.agency, Role.PROVINCE_ADMIN))
    answer = browser.post(
        f"/admin/cong-thanh-toan/{account.pk}/thu/", {"agency": bill.agency.code, "amount": amount}, follow=True
    )
    test_payment = TestPayment.objects.latest("pk")
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == f"/admin/cong-thanh-toan/thu/{test_payment.pk}/"
    return test_payment, test_payment.bill.payments.get(), browser


def test_its_way_is_shown_it_has_no_receipt_counts_nowhere_and_goes_back_by_the_door_of_refunds(
    bank: Bank, bill: Bill
) -> None:
    test_payment, payment, browser = started(bill, "vnptpay")
    page = browser.get(f"/admin/cong-thanh-toan/thu/{test_payment.pk}/").content.decode()
    assert payment.state == PaymentState.SENT
    assert payment.redirect_url.startswith(bank.url)
    assert "Mở trang của ngân hàng để trả" in page
    public = browser.get(f"/thanh-toan/{test_payment.bill.token}/").content.decode()
    assert "Thanh toán thử" in public
    assert "tại quầy" not in public
    bank.pay("vnptpay", payment.merchant_ref)
    assert post(confirm(payment))["RESPONSE_CODE"] == "00"
    inbox.drain_all()
    test_payment.bill.refresh_from_db()
    assert test_payment.bill.state == BillState.PAID
    assert [step.at is not None for step in test_payments.steps(test_payment)] == [True] * 5 + [False]
    assert not Receipt.objects.exists()
    assert ledger_check.check() == []
    assert ReceiptSeries.objects.filter(next_number__gt=1).count() == 0
    assert (
        "Đề nghị hoàn lại" in browser.get(f"/admin/cong-thanh-toan/thu/{test_payment.pk}/trang-thai/").content.decode()
    )
    assert figures_views.compute().shares == ()
    case = factories.case()
    case.procedure.agencies.add(bill.agency)
    (member,) = (each for group in board_views.board(timezone.localdate()) for each in group.members)
    assert "tested" in member.done
    assert not member.is_live
    assert (member.test_payment, member.contract) == (test_payment.pk, test_payment.merchant_account_id)
    maker, checker = (factories.officer(bill.agency, Role.ACCOUNTANT) for _ in range(2))
    payment.refresh_from_db()
    wanted = refunds.Proposal(10_000, payment.remaining_amount, "collected_in_error", "k", **ACCOUNT)
    refund = refunds.propose_for_payment(payment, wanted, maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    refunds.record_transfer(refund, reference="FT1", actor=checker)
    test_payment.refresh_from_db()
    assert test_payment.bill.state == BillState.REFUNDED
    assert all(step.at for step in test_payments.steps(test_payment))
    assert ledger_check.check() == []


def test_a_transfer_is_in_the_books_and_the_banks_file_closes_with_it(bank: Bank, bill: Bill) -> None:
    test_payment, payment, _browser = started(bill, "vietinbank")
    assert payment.qr_text
    post(notify_bill(payment, bankTransId="T1", transTime=f"{YESTERDAY:%Y%m%d}093000"), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    match(payment.merchant_account, file_of(line("T1", 10_000, payment.merchant_ref)))
    totals = daily_totals.figures(payment.merchant_account, YESTERDAY)
    assert (totals.our_amount, totals.bank_amount, totals.differences) == (10_000, 10_000, ())
    assert ledger_check.check() == []
    assert test_payment.bill.reference.startswith("THU-")


def test_what_is_wrong_is_said_and_nothing_begins(bank: Bank, bill: Bill) -> None:
    account = factories.merchant(bill.agency, "vnptpay")
    account.settings["smallest_amount"] = 5_000
    account.save()
    stranger = factories.agency("Xã khác")
    browser = browser_of(factories.officer(bill.agency, Role.PROVINCE_ADMIN))
    page = f"/admin/cong-thanh-toan/{account.pk}/thu/"
    for agency, amount in (
        (bill.agency.code, 4_999),
        (bill.agency.code, 100_001),
        ("?", 10_000),
        (stranger.code, 10_000),
    ):
        assert browser.post(page, {"agency": agency, "amount": amount}).status_code == 422
    late = browser_of(factories.officer(bill.agency, Role.PROVINCE_ADMIN), minutes_ago=20)
    assert "/reauthenticate/" in late.post(page, {"agency": bill.agency.code, "amount": 10_000})["Location"]
    assert not TestPayment.objects.exists()
    bank.fault("down", gateway="vnptpay")
    browser.post(page, {"agency": bill.agency.code, "amount": 10_000})
    test_payment = TestPayment.objects.get()
    assert AuditEntry.objects.get(action="test_payment_begun").detail["amount"] == 10_000
    assert Payment.objects.get().state == PaymentState.FAILED
    browser.post(f"/admin/cong-thanh-toan/thu/{test_payment.pk}/")
    test_payment.bill.refresh_from_db()
    assert test_payment.bill.state == BillState.CANCELLED
    assert ledger_check.check() == []


def test_a_contract_that_takes_no_new_payments_can_be_tried_before_it_does(bank: Bank, bill: Bill) -> None:
    account = factories.merchant(bill.agency, "vnptpay")
    account.is_enabled = False
    account.save()
    _test_payment, payment, _browser = started(bill, "vnptpay")
    assert payment.merchant_account == account


def test_no_other_bill_can_have_such_a_line() -> None:
    lines = [NewLine("A", "phi", "Phí", 1), NewLine("B", "test", "Thử", 1)]
    with pytest.raises(InvalidBill), transaction.atomic():
        create_bill(reference="x", agency=factories.agency(), payer_name="x", description="x", lines=lines)
    alone = factories.bill()
    with transaction.atomic():
        made = create_bill(reference="x", agency=alone.agency, payer_name="x", description="x", lines=lines[1:])
    assert [violation.invariant for violation in ledger_check.check()] == ["I8b"]
    assert LedgerEvent.objects.filter(bill=made).count() == 1
