"""Money that came for a dossier in another sum than was asked: what its owner is told, and what is still asked."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier, DossierBill
from dossiers.printing import slips
from dossiers.processing import decisions
from dossiers.states import DossierState
from gateways.codecs import vietqr
from payments import discrepancies
from payments.callbacks import inbox
from payments.models import Bill, Payment
from payments.models.discrepancies import DiscrepancyKind
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dossier() -> Dossier:
    return factories.dossier(amount=135_000)


@pytest.fixture
def payment(dossier: Dossier) -> Payment:
    of = DossierBill.objects.get(dossier=dossier).bill
    return factories.payment(of=of, gateway="vietinbank", **factories.qr("9PT1", "HS 1", of.amount))


def transfer(payment: Payment, amount: int) -> Bill:
    reference = f"FT{amount}"
    post(notify_bill(payment, amount, transId=f"TX{reference}", bankTransId=reference), "vietinbank")
    inbox.drain_all()
    return Bill.objects.get(pk=payment.bill_id)


def page(dossier: Dossier, address: str = "") -> str:
    """Return a page of the dossier as its owner reads it."""
    answer = opened(dossier).get(address or f"/ho-so/{dossier.code}/", follow=True)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def test_before_withdrawing_one_reads_what_becomes_of_a_part(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 100_000)
    text = page(dossier, f"/ho-so/{dossier.code}/rut/")
    assert "chưa nộp tiền" not in text
    assert "đã nhận <strong>100.000 đ</strong>" in text
    assert "vẫn là của bạn: kế toán hoàn lại" in text


def test_before_withdrawing_one_reads_what_becomes_of_a_surplus(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 135_000)
    transfer(payment, 30_000)
    text = page(dossier, f"/ho-so/{dossier.code}/rut/")
    assert "Bạn đã nộp <strong>135.000 đ" in text
    assert "đang giữ <strong>30.000 đ</strong>" in text


def test_before_withdrawing_nobody_says_that_nothing_was_paid_while_the_bank_is_asked(
    dossier: Dossier, payment: Payment
) -> None:
    Payment.objects.filter(pk=payment.pk).update(returned_at=timezone.now())
    text = page(dossier, f"/ho-so/{dossier.code}/rut/")
    assert "chưa nộp tiền" not in text
    assert "đang hỏi ngân hàng" in text


PAGES = ("/thanh-toan/{token}/", "/nop-tai-quay/{token}/", "/thanh-toan/{token}/ma-qr/", "/ho-so/{code}/")
FILLED_IN = "am=35000&amp;"


def test_after_a_part_every_page_asks_for_the_rest(dossier: Dossier, payment: Payment) -> None:
    bill = transfer(payment, 100_000)
    for address in PAGES:
        text = page(dossier, address.format(token=bill.token, code=dossier.code))
        assert "35.000 đ · còn thiếu, đã nhận 100.000 đ" in text, address
        assert not re.findall(r"(?:Nộp|nộp) 135\.000", text), address
    assert "Nộp 35.000 đ tại quầy" in page(dossier, PAGES[0].format(token=bill.token))
    assert "Ba mươi lăm nghìn đồng" in page(dossier, PAGES[1].format(token=bill.token))
    transfer_page = page(dossier, PAGES[2].format(token=bill.token))
    assert FILLED_IN in transfer_page and "am=135000" not in transfer_page


def test_slip_list_and_file_of_transfers_ask_for_the_rest(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 100_000)
    dossier.refresh_from_db()
    facts = dict(slips.reception_slip(dossier, timezone.now()).facts)
    assert facts["Phí, lệ phí còn phải nộp"].replace("\xa0", " ") == "35.000 đ"
    browser = opened(dossier)
    assert browser.get("/nop-nhieu-ho-so/").context["total"] == 35_000
    answer = browser.get(reverse("pay-by-transfers"))
    assert answer.context["total"] == 35_000
    (row,) = answer.context["rows"]
    assert vietqr.parse(row.qr_text).amount == 35_000
    book = openpyxl.load_workbook(io.BytesIO(browser.get(reverse("pay-by-transfers-file")).content))
    assert 35_000 in [cell.value for cell in book.active[2]]


def test_when_enough_has_come_nothing_is_asked_any_more(dossier: Dossier, payment: Payment) -> None:
    bill = Bill.objects.get(pk=payment.bill_id)
    discrepancies.new_discrepancy(
        DiscrepancyKind.OVER, agency_id=bill.agency_id, amount=300_000, bill=bill, payment=payment
    ).save()
    for address in PAGES:
        text = page(dossier, address.format(token=bill.token, code=dossier.code))
        assert "ĐANG KIỂM TRA" in text, address
        for asked in (
            '<svg class="qr',
            "Mã QR</h2>",
            "Nộp 135",
            "Không đồng",
            "data-copy",
            "dl.vietqr.io",
            "cán bộ quét",
        ):
            assert asked not in text, (address, asked)
        assert text.count("Không cần nộp nữa") <= 1, address
    browser = opened(dossier)
    assert browser.get(reverse("transfer-picture", args=[bill.token])).status_code == 404
    assert browser.get("/nop-nhieu-ho-so/").context["owed"] == []


def test_a_dossier_that_was_withdrawn_is_not_shown_as_owing(dossier: Dossier, payment: Payment) -> None:
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None)
    bill = Bill.objects.get(pk=payment.bill_id)
    for address in (PAGES[0], PAGES[3]):
        text = page(dossier, address.format(token=bill.token, code=dossier.code))
        assert "CHƯA NỘP" not in text, address
        assert "KHÔNG PHẢI NỘP LÚC NÀY" in text, address
        assert text.count("không phải nộp khoản này") == 1, address
