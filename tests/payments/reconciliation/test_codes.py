"""Memos as people and banks write them: our code is found however mangled, a stranger's bill never proposed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from payments.callbacks import inbox
from payments.models import Bill, Discrepancy, Notification, Payment
from payments.reconciliation import codes
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.callbacks import post
from tests.support.payments.statements import file_of, line, match, states

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "20261129000123"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def owed(reference: str = "H44.40-261123-0007", **values: Any) -> Payment:
    bill = factories.bill(reference=reference, **values)
    payment = factories.payment(of=bill, gateway="vietinbank")
    Payment.objects.filter(pk=payment.pk).update(merchant_ref=CODE)
    return payment


@pytest.mark.parametrize(
    "text",
    [
        f"NOP PHI {CODE}",
        f"MBVCB.1234.NOP PHI-{CODE}.CT tu 0123 toi 113000",
        f"NOPPHI{CODE}CAMON",
        f"9PT1.{CODE}",
    ],
)
def test_a_code_that_stands_whole_settles(text: str) -> None:
    payment = owed()
    statement = match(payment.merchant_account, file_of(line("B1", 150_000, "", text)))
    assert states(statement) == ["settled"]


@pytest.mark.parametrize(
    "text",
    [
        "NOP PHI 2026112 9000123",
        "NOP PHI 20261129 000123 GD 445566",
        "NOP PHI 2026.1129.0001.23",
        "NOP PHI 2026-1129-0001-23",
        f"NOP PHI {CODE} GD 98765432109876",
        f"98765432109876 {CODE} 11112222333344",
        f"1{CODE}",
        f"GD{CODE}99",
        f"0912345678 {CODE[:7]} {CODE[7:]}",
        "nop phi ho so h44 40 261123 0007 cam on",
        "H44.40-261123-0007",
        "hồ sơ H44.40.261123.0007",
    ],
)
def test_what_is_mangled_proposes_the_one_bill_and_settles_nothing(text: str) -> None:
    payment = owed()
    row = match(payment.merchant_account, file_of(line("B1", 150_000, "", text))).rows.get()
    assert (row.state, row.proposed_bill_id) == ("proposed", payment.bill_id)
    assert Bill.objects.get(pk=payment.bill_id).state == "open"


@pytest.mark.parametrize("reference", ["Đ", "2026", "PHI", "NOP", "12345678", "A1", "H44"])
def test_a_short_reference_never_proposes_its_bill(reference: str) -> None:
    payment = owed(reference)
    text = "NOP PHI NAM 2026 CUA DUONG VAN A1 H44 SDT 0912345678"
    assert codes.propose(text, 150_000, payment.merchant_account) is None


def test_the_bill_of_another_agency_is_never_proposed() -> None:
    mine = factories.merchant(factories.agency(), "vietinbank")
    stranger = factories.bill(reference="H44.40-261123-0007", of=factories.agency())
    assert codes.propose("H44.40-261123-0007", 150_000, mine) is None
    unit = factories.agency(parent=mine.agency)
    bill = factories.bill(reference="H44.40-261123-0008", of=unit)
    assert codes.propose("H44.40-261123-0008", 150_000, mine) == bill != stranger


def test_neither_a_part_of_a_word_nor_one_of_several_bills_is_proposed() -> None:
    payment = owed()
    account = payment.merchant_account
    assert codes.propose("XH44.40-261123-0007", 150_000, account) is None
    assert codes.propose("H44.40-261123-00071", 150_000, account) is None
    assert codes.propose("H44.40-261123-0007", 149_000, account) is None
    factories.bill(reference="H44.40-261123-0007", of=payment.bill.agency)
    assert codes.propose("H44.40-261123-0007", 150_000, account) is None


def test_two_codes_of_two_bills_are_no_proposal() -> None:
    first = owed()
    second = factories.payment(of=factories.bill(of=first.bill.agency), gateway="vietinbank")
    statement = match(first.merchant_account, file_of(line("B1", 150_000, "", f"{CODE} va {second.merchant_ref}")))
    assert states(statement) == ["discrepancy"]
    assert statement.rows.get().proposed_bill is None


def test_an_old_bill_is_proposed_behind_any_number_of_newer_ones() -> None:
    payment = owed("HS-2025-000001")
    template = payment.bill
    Bill.objects.bulk_create(
        Bill(reference=f"HS-2026-{n:06}", agency=template.agency, agency_name="x", payer_name="x", amount=150_000)
        for n in range(300)
    )
    assert codes.propose("nop HS 2025 000001", 150_000, payment.merchant_account) == template


def test_a_code_that_lost_its_leading_zeros_is_found() -> None:
    payment = factories.payment(gateway="vietinbank")
    short = payment.merchant_ref.lstrip("0")
    assert len(short) < codes.CODE_DIGITS
    assert states(match(payment.merchant_account, file_of(line("B1", 150_000, short)))) == ["settled"]


def test_one_number_among_several_is_not_believed() -> None:
    assert codes.code_in(f"{CODE} 98765432109876") == ""
    assert codes.code_in(f"{CODE} {CODE}") == CODE
    assert codes.code_in(f"1{CODE}") == ""


def test_a_transfer_without_a_code_proposes_the_bill_its_remark_names() -> None:
    payment = owed()
    remark = "CT DEN:B1 NOP PHI 2026112 9000123"
    post(notify_bill("", payment.amount, transId="TX1", bankTransId="B1-ABC", custCode="", remark=remark), "vietinbank")
    Notification.objects.update(next_attempt_at=Now(), received_at=Now() - timedelta(minutes=5))
    inbox.drain_all()
    case = Discrepancy.objects.get()
    client = signed_in(payment.bill.agency)
    assert "Đề nghị chuyển vào H44.40-261123-0007" in said(client.get(f"/doi-soat/sai-lech/{case.pk}/"))
    client.post(f"/doi-soat/sai-lech/{case.pk}/nhan-de-xuat/")
    assert case.reallocations.get().bills.get() == payment.bill
