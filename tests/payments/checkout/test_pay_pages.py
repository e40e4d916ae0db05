"""The pages people pay on: what they may see, in which order, and the warning before a second payment."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from agencies.models import Role
from gateways.codecs import vietqr
from payments import discrepancies
from payments.callbacks import inbox
from payments.merchants import circuit_breaker
from payments.models import Bill, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import OPEN_PAYMENT_STATES, PaymentState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import notify_bill
from tests.support.payments.accounting import surplus
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(bill: Bill, name: str = "bill", client: Client | None = None) -> str:
    answer = (client or Client()).get(reverse(name, args=[bill.token]))
    assert answer.status_code == 200
    return answer.content.decode()


def click(bill: Bill, gateway: str, client: Client | None = None, acknowledged: str = "") -> Any:
    return (client or Client()).post(reverse("pay", args=[bill.token, gateway]), {"da-biet": acknowledged})


def test_a_stranger_with_the_link_sees_the_bill_and_no_person() -> None:
    bill = factories.bill(payer_name="Nguyễn Thị Ngọc Ưởng")
    factories.merchant(bill.agency, "vietinbank")
    for name in ("bill", "pay-at-counter"):
        page = page_of(bill, name)
        assert "Ngọc" not in page
        assert "Một trăm năm mươi nghìn đồng" in page
    page = page_of(bill)
    assert "N… T… N… Ưởng" in page
    assert "Người thụ hưởng" in page
    assert "Không chuyển tiền cho cá nhân" in page


def test_the_gateway_used_last_comes_first_and_one_that_does_not_answer_last(bill: Bill) -> None:
    client = Client()
    click(bill, "vietinbank", client)
    offered = [choice.slug for choice in client.get(reverse("bill", args=[bill.token])).context["choices"]]
    assert offered[0] == "vietinbank"
    resting = factories.merchant(bill.agency, "vietinbank")
    for _ in range(circuit_breaker.THRESHOLD):
        circuit_breaker.note_failure(resting, "silence")
    answer = client.get(reverse("bill", args=[bill.token]))
    assert [choice.slug for choice in answer.context["choices"]][-1] == "vietinbank"
    assert answer.content.decode().count("Đang gián đoạn") == 1


def test_the_saved_picture_of_a_vietqr_is_read_by_a_real_decoder() -> None:
    bill = factories.bill()
    factories.merchant(bill.agency, "vietinbank")
    answer = click(bill, "vietinbank")
    assert answer.headers["Location"] == reverse("transfer", args=[bill.token])
    payment = Payment.objects.get()
    page = page_of(bill, "transfer")
    assert payment.qr_details["account"] in page
    assert "dl.vietqr.io/pay?app=icb&amp;ba=" in page
    picture = Client().get(reverse("transfer-picture", args=[bill.token]))
    assert picture.headers["Content-Type"] == "image/png"
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert [barcode.text for barcode in read] == [payment.qr_text]
    assert vietqr.parse(read[0].text).amount == bill.amount


def test_a_code_that_is_over_gives_way_to_a_new_one(bill: Bill) -> None:
    click(bill, "vietinbank")
    Payment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "Lấy mã mới" in page_of(bill, "transfer")
    click(bill, "vietinbank")
    assert list(bill.payments.order_by("id").values_list("state", flat=True)) == ["expired", "sent"]
    assert "Lấy mã mới" not in page_of(bill, "transfer")


def test_a_second_payment_is_begun_only_by_somebody_who_was_told_of_the_first(bill: Bill) -> None:
    assert click(bill, "vnptpay").status_code == 302
    first = Payment.objects.get()
    began = timezone.localtime(first.created_at).strftime("%H:%M")
    warning = click(bill, "vietinbank")
    assert warning.status_code == 409
    page = warning.content.decode()
    assert "150.000" in page
    assert f"lúc {began}" in page
    assert "VNPT-Pay" in page
    assert click(bill, "vietinbank", acknowledged="1,x," + "9" * 30).status_code == 409
    assert bill.payments.count() == 1
    assert click(bill, "vnptpay").headers["Location"] == first.redirect_url  # one tap resumes it
    assert click(bill, "vietinbank", acknowledged=str(first.pk)).status_code == 302
    assert bill.payments.count() == 2


def test_of_two_tabs_with_two_gateways_one_is_warned(bill: Bill) -> None:
    gateways = ["vietinbank", "vnptpay", "vnpay", "momo"]
    answers = at_once(4, lambda number: click(bill, gateways[number]).status_code)
    led_on, *warned = sorted(answers)
    # By a link, where the policy of this process does not know the contracts yet.
    assert led_on in (200, 302) and warned == [409] * 3
    assert bill.payments.filter(state__in=OPEN_PAYMENT_STATES).count() == 1
    assert ledger_check.check() == []


def test_while_nobody_knows_the_page_says_when_the_bank_is_asked_again_and_never_failed() -> None:
    at = timezone.now() + timedelta(minutes=7)
    payment = factories.payment(state=PaymentState.UNKNOWN, next_check_at=at)
    for name in ("bill", "bill-state"):
        page = page_of(payment.bill, name)
        assert 'data-state="checking"' in page
        assert timezone.localtime(at).strftime("%H:%M") in page
        assert "Có thể đóng trang này" in page
        assert "không thành công" not in page


def test_surplus_and_refunds_are_shown_with_dates_and_what_follows() -> None:
    case = surplus()
    assert case.bill is not None
    page = page_of(case.bill)
    assert "Tiền hoàn lại cho bạn" in page
    assert "Kế toán sẽ hoàn lại" in page
    maker, checker = (factories.officer(case.agency, Role.ACCOUNTANT) for _ in range(2))
    proposal = refunds.Proposal(150_000, 150_000, "surplus", "k", bank_account="VCB 0123456789")
    refund = refunds.propose_for_case(case, proposal, maker=maker)
    page = page_of(case.bill)
    assert "Chờ người thứ hai duyệt" in page
    assert "Kế toán sẽ hoàn lại" not in page
    assert "0123456789" not in page
    refunds.approve(refund, checker=checker)
    assert "Đã duyệt, sắp gửi cho ngân hàng" in page_of(case.bill)
    assert timezone.localtime(refund.proposed_at).strftime("%H:%M") in page


def test_money_of_a_dossier_that_ended_is_announced_until_somebody_proposes_to_return_it() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    kind, agency = DiscrepancyKind.PAID_IN_VAIN, payment.bill.agency
    discrepancies.new_discrepancy(kind, agency_id=agency.pk, bill=payment.bill, payment=payment, amount=150_000).save()
    assert "Hồ sơ đã dừng" in page_of(payment.bill)
    proposal = refunds.Proposal(150_000, 150_000, "withdrawn", "k")
    payment.refresh_from_db()
    refunds.propose_for_payment(payment, proposal, maker=factories.officer(agency, Role.ACCOUNTANT))
    assert "Hồ sơ đã dừng" not in page_of(payment.bill)


def test_a_page_made_while_the_bill_was_open_is_told_to_come_again() -> None:
    bill = factories.bill()
    version = Client().get(reverse("bill", args=[bill.token])).context["version"]
    address = reverse("bill-state", args=[bill.token]) + f"?da-thay={version}"
    assert "data-reload" not in Client().get(address).content.decode()
    Bill.objects.filter(pk=bill.pk).update(state="paid", settled_at=timezone.now())
    assert "data-reload" in Client().get(address).content.decode()


def test_the_page_of_a_bill_asks_the_database_as_often_however_much_happened(
    django_assert_max_num_queries: Any,
) -> None:
    bill = factories.bill()
    factories.merchant(bill.agency, "vietinbank")
    factories.payment(of=bill, state=PaymentState.FAILED)
    with django_assert_max_num_queries(14) as few:
        page_of(bill)
    for _ in range(9):
        factories.payment(of=bill, state=PaymentState.FAILED)
    with django_assert_max_num_queries(len(few)):
        page_of(bill)


def test_the_short_code_of_a_transfer_leads_nobody_to_the_bill() -> None:
    """Codes of transfers can be tried by the dozen in one address; a bank's page brings the browser back by ours."""
    bill = factories.bill()
    transfer = factories.payment(of=bill, gateway="vietinbank", **factories.qr(account="9PT1", purpose="1"))
    sent = factories.payment(of=bill, gateway="vnptpay")
    guessed = Client().get("/gateways/vietinbank/return", {"a": transfer.merchant_ref})
    assert guessed.headers["Location"] == reverse("lookup")
    back = Client().get("/gateways/vnptpay/return", {"a": sent.merchant_ref})
    assert back.headers["Location"] == reverse("bill", args=[bill.token])


def test_every_transfer_is_listed_where_it_was_not_one_of_the_sum() -> None:
    payment = factories.payment(gateway="vietinbank")
    for amount in (100_000, 70_000):
        post(notify_bill(payment, amount, transId=f"TX{amount}", bankTransId=f"FT{amount}"), "vietinbank")
        inbox.drain_all()
    page = page_of(payment.bill).replace("\xa0", " ")
    assert "đã nhận 100.000 đ lúc" in page and "đã nhận 70.000 đ lúc" in page
    exact = factories.payment(gateway="vietinbank")
    post(notify_bill(exact), "vietinbank")
    inbox.drain_all()
    assert "đã nhận 150.000" not in page_of(exact.bill).replace("\xa0", " ")


def test_a_bill_can_be_passed_on_before_it_is_paid_without_the_payers_name() -> None:
    bill = factories.bill(payer_name="Nguyễn Thị Ngọc Ưởng")
    factories.merchant(bill.agency, "vietinbank")
    page = page_of(bill)
    link = f"http://127.0.0.1:8000{reverse('bill', args=[bill.token])}"
    assert f'<span class="code">{link}</span>' in page, "to be copied by hand, without script"
    assert "sms:?&amp;body=" in page and "Gửi cho người thân" in page
    assert "Ngọc" not in page


def test_a_page_without_script_is_a_page_that_somebody_watches() -> None:
    later = timezone.now() + timedelta(hours=1)
    began = timezone.now() - timedelta(minutes=2)
    for name in ("bill", "transfer"):
        payment = factories.payment(
            gateway="vietinbank", next_check_at=later, sent_at=began, **factories.qr(account="9PT1", purpose="1")
        )
        page = page_of(payment.bill, name)
        payment.refresh_from_db()
        assert payment.next_check_at and payment.next_check_at < later, name
        assert name == "bill" or "Xem đã nhận tiền chưa" in page


def test_the_payee_is_named_with_whom_it_collects_for() -> None:
    bill = factories.bill()
    account = factories.merchant(bill.agency, "vietinbank", account_name="UBND TINH PHU THO")
    assert "Người thụ hưởng: UBND TINH PHU THO, nhận tiền cho Phường Việt Trì." in page_of(bill)
    factories.payment(of=bill, gateway=account.gateway, **factories.qr(account="9PT1", purpose="1"))
    assert "nhận tiền cho Phường Việt Trì" in page_of(bill, "transfer")


def test_ways_to_pass_the_page_on_are_buttons_and_a_refused_copy_is_answered() -> None:
    bill = factories.bill()
    factories.merchant(bill.agency, "vnptpay")
    page = Client().get(f"/thanh-toan/{bill.token}/").content.decode()
    for scheme in ("sms:", "mailto:"):
        link = page[: page.index(f'href="{scheme}')].rpartition("<a")[2]
        assert 'class="button quiet"' in link, scheme
    assert "data-refused" in page
    script = (settings.BASE_DIR / "static/js/copy.js").read_text()
    assert "catch" in script and "dataset.refused" in script
