"""“I was charged”: one case per attempt, the bank asked at once, an answer where the payer looks."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from agencies.models import AuditEntry, Role
from payments import charge_claims, discrepancies
from payments.callbacks import inbox
from payments.checkout.start import start, unfinished
from payments.errors import TooManyClaims
from payments.models import Bill, ChargeClaim, Discrepancy, Payment
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.charge_claims import claim_of, picture
from tests.support.payments.sandbox import Bank
from tests.support.signing_in import browser_of
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def page_of(bill: Bill) -> str:
    return Client().get(reverse("bill", args=[bill.token])).content.decode()


def test_a_claim_asks_the_bank_at_once_and_finds_the_money_nobody_told_of(bank: Bank, bill: Bill) -> None:
    payment = start(bill, "vnptpay", client_ip="")
    bank.pay("vnptpay", payment.merchant_ref)  # and the notification is dropped
    assert "Tôi đã bị trừ tiền" in page_of(bill)
    assert claim_of(payment).status_code == 302
    bill.refresh_from_db()
    assert bill.state == BillState.PAID
    assert charge_claims.close_answered() == 1
    page = page_of(bill)
    assert "khoản được ghi nhận đã nộp" in page
    assert "Tôi đã bị trừ tiền" not in page
    assert ledger_check.check() == []


def test_who_said_that_the_bank_has_charged_them_pays_again_only_when_sure(bill: Bill) -> None:
    payment = factories.payment(of=bill, gateway="vnptpay", state=PaymentState.FAILED)
    fold = "Chắc chắn chưa trả tiền?"
    assert fold not in page_of(bill)
    claim_of(payment)
    page = page_of(bill)
    assert "Đang xác minh với ngân hàng" in page
    assert "/vnptpay/" in page.partition(fold)[2]
    assert "/vnptpay/" not in page.partition(fold)[0]


def came(payment: Payment, amount: int, name: str) -> None:
    post(notify_bill(payment, amount, transId=f"TX{name}", bankTransId=name), "vietinbank")
    inbox.drain_all()


def test_a_claim_is_answered_when_the_very_sum_came_and_was_only_a_part() -> None:
    payment = factories.payment(gateway="vietinbank")
    claim_of(payment, amount="100.000")
    came(payment, 99_000, "OTHER")
    assert charge_claims.close_answered() == 0, "another sum proves nothing"
    Discrepancy.objects.filter(amount=99_000).update(used_amount=99_000)  # given back
    came(payment, 100_000, "SAME")
    assert charge_claims.close_answered() == 1
    page = page_of(payment.bill)
    assert "Tiền đã đến nhưng chưa đủ" in page
    assert "Đang xác minh" not in page


def test_a_claim_is_answered_when_its_money_came_for_another_attempt_and_is_surplus() -> None:
    first = factories.payment(gateway="vietinbank")
    came(first, 150_000, "FIRST")
    claimed = factories.payment(of=first.bill, gateway="vnptpay", state=PaymentState.EXPIRED)
    claim_of(claimed)
    assert charge_claims.close_answered() == 0
    came(first, 150_000, "AGAIN")
    assert charge_claims.close_answered() == 1
    assert "sẽ hoàn lại cho bạn" in page_of(first.bill)


def test_two_clicks_make_one_case() -> None:
    payment = factories.payment(gateway="vietinbank", state=PaymentState.EXPIRED)
    answers = at_once(4, lambda _: claim_of(payment, proof=picture()).status_code)
    assert answers == [302] * 4
    assert Discrepancy.objects.count() == ChargeClaim.objects.count() == 1


def test_the_case_has_proof_a_deadline_of_working_days_and_an_answer_the_payer_reads() -> None:
    dossier = factories.dossier(amount=150_000)
    payment = factories.payment(of=dossier.bills.get(), gateway="vietinbank", state=PaymentState.FAILED)
    assert claim_of(payment, proof=picture()).status_code == 302
    claim = ChargeClaim.objects.get()
    assert claim.due_at > timezone.now() + timedelta(days=2)
    page = page_of(payment.bill)
    assert timezone.localtime(claim.due_at).strftime("%H:%M %d/%m/%Y") in page
    assert "FT26327123" not in page  # whoever has the link sees that there is a case, not what it says
    accountant = factories.officer(payment.bill.agency, Role.ACCOUNTANT)
    desk = browser_of(accountant)
    case = Discrepancy.objects.get()
    assert "FT26327123" in desk.get(reverse("accounting-case", args=[case.pk])).content.decode()
    shown = desk.get(reverse("accounting-case-proof", args=[case.pk]))
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"
    assert AuditEntry.objects.filter(action="read_proof").count() == 1
    discrepancies.close(case, actor=accountant, resolution="Ngân hàng đã trả lại tiền cho bạn")
    assert "Ngân hàng đã trả lại tiền cho bạn" in page_of(payment.bill)
    assert dossier.messages.get().kind == "claim_answered"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "0"},
        {"amount": "x"},
        {"charged_at": "2020-01-01T10:00"},
        {"charged_at": "hôm qua"},
        {"attempt": "1"},
        {"proof": SimpleUploadedFile("a.png", b"<html>", "image/png")},
        {"proof": SimpleUploadedFile("a.pdf", b"%PDF-1.7", "application/pdf")},
    ],
)
def test_what_cannot_be_is_refused_and_opens_no_case(changes: dict[str, Any]) -> None:
    payment = factories.payment(gateway="vietinbank")
    answer = claim_of(payment, **changes)
    assert answer.status_code == 422
    assert "Có chỗ cần sửa" in answer.content.decode()
    assert not Discrepancy.objects.exists()


def test_one_bill_and_one_address_make_only_so_many() -> None:
    details = charge_claims.ClaimDetails(1, datetime.now(timezone.get_current_timezone()))
    bill = factories.bill()
    failed = [factories.payment(of=bill, gateway="vietinbank", state=PaymentState.FAILED) for _ in range(4)]
    for payment in failed[: charge_claims.MOST_PER_BILL]:
        charge_claims.make(payment, details, due_at=timezone.now())
    with pytest.raises(TooManyClaims):
        charge_claims.make(failed[-1], details, due_at=timezone.now())
    assert Discrepancy.objects.count() == charge_claims.MOST_PER_BILL


def test_who_said_they_were_charged_is_led_to_pay_again_nowhere() -> None:
    """The main way on is to wait; going on with the attempt stands among the other ways, folded away."""
    dossier = factories.dossier(amount=150_000)
    payment = factories.payment(of=dossier.bills.get())
    bill, browser = dossier.bills.get(), opened(dossier)
    assert 'class="primary"' in page_of(bill).split("<details")[0]
    assert f"/thanh-toan/{bill.token}/" in browser.get(f"/ho-so/{dossier.code}/").content.decode()
    claim_of(payment)
    before, _separator, folded = page_of(bill).split("<main", 1)[1].partition("<details")
    assert 'class="primary"' not in before and "Tiếp tục lần đó" not in before
    assert "Tiếp tục lần đó" in folded
    page = browser.get(f"/ho-so/{dossier.code}/").content.decode()
    assert "đừng nộp lại" in page and "Nộp 150.000" not in page.replace("\u00a0", " ")
    withdrawing = browser.get(f"/ho-so/{dossier.code}/rut/").content.decode()
    assert "Bạn đã báo bị trừ tiền" in withdrawing and "Bạn chưa nộp tiền" not in withdrawing
    assert unfinished([payment.token]) is None
