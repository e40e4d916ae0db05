"""Receipts on paper: Vietnamese text in the PDF, and a QR that a real decoder reads."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.db import transaction
from django.test import Client

from payments.callbacks.handle import mask_name
from payments.models import Bill, Receipt
from payments.receipts.issue import keep, revise
from payments.receipts.names import whole
from payments.receipts.pdf import render, verification_url
from tests.support.proofs import solved

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pdf_holds_the_text_in_vietnamese_and_is_the_same_each_time(receipt: Receipt) -> None:
    file = render(receipt, whole(receipt))
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_bounded()
    assert "Nguyễn Thị Ngọc Ưởng" in text
    assert "BIÊN LAI THU PHÍ" in text
    assert "Một trăm năm mươi nghìn đồng" in text
    assert receipt.full_number in text
    assert render(receipt, whole(receipt)) == file


def test_page_and_pdf_say_what_was_paid_for(receipt: Receipt) -> None:
    """A line is often only "general case": the procedure's name stands on the bill."""
    name = "Cấp bản sao trích lục hộ tịch, bản sao Giấy khai sinh của người đã đăng ký tại cơ sở dữ liệu hộ tịch"
    Bill.objects.filter(pk=receipt.bill_id).update(description=name)
    receipt.refresh_from_db()
    file = pypdfium2.PdfDocument(render(receipt, whole(receipt)))
    assert len(file) == 1
    assert name in " ".join(file[0].get_textpage().get_text_bounded().split())
    assert name in Client().get(f"/bien-lai/{receipt.token}/").content.decode()


@pytest.mark.parametrize("is_trial", [True, False])
def test_papers_of_a_trial_system_say_so_on_every_page(receipt: Receipt, settings: Any, is_trial: bool) -> None:
    settings.IS_SANDBOX = is_trial
    text = pypdfium2.PdfDocument(render(receipt, whole(receipt)))[0].get_textpage().get_text_bounded()
    assert ("BẢN CHẠY THỬ" in text) is is_trial
    assert "không cần chữ ký" not in text


def test_the_qr_of_the_printed_page_leads_to_the_verification(receipt: Receipt) -> None:
    page = pypdfium2.PdfDocument(render(receipt, whole(receipt)))[0].render(scale=3).to_pil()
    assert [barcode.text for barcode in zxingcpp.read_barcodes(page)] == [verification_url(receipt)]


def test_the_verification_names_no_person(receipt: Receipt) -> None:
    path = verification_url(receipt).split("8000", 1)[1]
    page = Client().get(path).content.decode()
    assert "Biên lai có thật" in page
    assert "150.000" in page
    assert "N… T… N… Ưởng" in page
    assert receipt.bill.reference[-4:] in page
    assert "Ngọc" not in page


def test_a_cancelled_receipt_says_so_everywhere_and_names_its_replacement(receipt: Receipt) -> None:
    with transaction.atomic():
        revise(receipt.payment, 50_000, "Thu thừa", cause="test")
    fresh = Receipt.objects.get(pk=receipt.pk)
    replacement = Receipt.objects.get(revision=2)
    assert replacement.amount == 100_000
    for path in (f"/bien-lai/{fresh.token}/", f"/xac-minh/{fresh.full_number}/"):
        page = Client().get(path).content.decode()
        assert "hủy" in page
        assert replacement.full_number in page
    assert "Thu thừa" not in page  # whoever typed a number learns that it counts no more, not why
    text = pypdfium2.PdfDocument(Client().get(f"/bien-lai/{fresh.token}.pdf").content)[0].get_textpage()
    assert "ĐÃ HỦY" in text.get_text_bounded()


def test_who_counts_numbers_up_is_asked_for_a_proof_and_who_has_the_receipt_is_not(receipt: Receipt) -> None:
    path = f"/xac-minh/{receipt.full_number}/"
    typed = [Client().get(path) for _ in range(25)]
    is_shown = ["Biên lai có thật" in page.content.decode() for page in typed]
    assert is_shown == [True] * 20 + [False] * 5
    scanned = Client().get(verification_url(receipt).split("8000", 1)[1])
    assert "Biên lai có thật" in scanned.content.decode()
    guessed = Client().get(f"{path}?quyen={receipt.series_id}&dau={'0' * 16}")
    assert "Biên lai có thật" not in guessed.content.decode()
    proven = Client().get(path, {"proof": solved(guessed)})
    assert "Biên lai có thật" in proven.content.decode()


@pytest.mark.parametrize("number", ["BP-26T-9999999", "x", "BP-26T-" + "9" * 40, "' OR 1=1--"])
def test_a_number_nobody_issued_is_said_to_be_so(number: str) -> None:
    answer = Client().get(f"/xac-minh/{number}/")
    assert answer.status_code == 200
    assert "Không có biên lai số này" in answer.content.decode()


def test_money_goes_back_from_the_last_line_first() -> None:
    lines = [{"description": "A", "amount": 100}, {"description": "B", "amount": 50}]
    assert keep(lines, 60) == ([{"description": "A", "amount": 90}], 0)
    assert keep(lines, 200) == ([], 50)


def test_a_number_is_verified_however_it_was_typed(receipt: Receipt) -> None:
    typed = f"Biên lai số {receipt.full_number.replace('-', '–')}".lower()
    page = Client().get("/xac-minh/", {"so": typed}, follow=True).content.decode()
    assert "Biên lai có thật" in page


@pytest.mark.parametrize(
    ("name", "shown"), [("Nguyễn Thị Bình", "N… T… Bình"), ("Bình", "B…"), ("  Bình ", "B…"), ("", "")]
)
def test_a_stranger_sees_no_whole_name(name: str, shown: str) -> None:
    assert mask_name(name) == shown
