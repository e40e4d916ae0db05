"""Which debits take a credit back, and what they are about: number, code and text one by one."""

from __future__ import annotations

import pytest
from django.db import transaction

from payments.models import LedgerEvent, MerchantAccount, Payment, Refund, StatementRow
from payments.reconciliation import taken_back
from tests.support import factories
from tests.support.payments.cases import refund
from tests.support.payments.rows import booked, row, statement
from tests.support.payments.settling import owed

pytestmark = pytest.mark.django_db


def state_of(of: StatementRow) -> str:
    return StatementRow.objects.get(pk=of.pk).state


def recognised(account: MerchantAccount, *rows: tuple[str, str, str]) -> list[str]:
    """What becomes of debits of these numbers, codes and texts."""
    of = statement(account)
    debits = [
        row(of, number, -1_000, merchant_ref=code, description=text, state="debit") for number, code, text in rows
    ]
    taken_back.recognise(of)
    return [state_of(each) for each in debits]


@pytest.mark.parametrize(
    "text",
    [
        "Thu hồi tiền",
        "GHI CO NHAM",
        "báo có nhầm",
        "dao but toan",
        "đảo giao dịch",
        "huy bao co",
        "hủy ghi có",
        "REVERSAL",
        "reversed",
    ],
)
def test_a_bank_says_that_it_takes_back(text: str) -> None:
    account = owed().merchant_account
    assert recognised(account, ("R1", "", f"NH {text} 1"), ("R2", "", "PHI DICH VU"), ("R3", "", f"x{text}")) == [
        "new",
        "debit",
        "debit",
    ]


def test_our_own_refund_is_no_taking_back() -> None:
    payment = owed()
    account = payment.merchant_account
    made = refund("done", payment=payment)
    refund("approved", payment=payment)
    Refund.objects.update(agency=account.agency)
    Refund.objects.filter(pk=made.pk).update(gateway_ref="FT-HOAN")
    assert recognised(account, ("FT-HOAN", "", "thu hoi"), ("", "", "thu hoi"), ("FT-2", "", "thu hoi")) == [
        "debit",
        "new",
        "new",
    ]
    Refund.objects.filter(pk=made.pk).update(agency=factories.agency())
    assert recognised(account, ("FT-HOAN", "", "thu hoi")) == ["new"]


def test_what_the_file_or_the_ledger_credited_is_taken_back_under_its_number() -> None:
    payment = owed()
    account = payment.merchant_account
    booked(payment, "BOOKED001")
    of = statement(account)
    row(of, "CREDIT001", 1)
    row(of, "", 7_000)
    debits = [row(of, number, -1_000, state="debit") for number in ("CREDIT001", "BOOKED001", "OTHER0001", "")]
    settled = row(of, "CREDIT002", -1_000, state="discrepancy", description="thu hoi")
    elsewhere = row(statement(account), "CREDIT001", -1_000, state="debit")
    taken_back.recognise(of)
    assert [state_of(each) for each in debits] == ["new", "new", "debit", "debit"]
    assert (state_of(settled), state_of(elsewhere)) == ("discrepancy", "debit")


def test_a_file_without_debits_is_left_alone() -> None:
    of = statement(owed().merchant_account)
    credit = row(of, "B1")
    taken_back.recognise(of)
    assert state_of(credit) == "new"


def about(payment: Payment, number: str, code: str = "", text: str = "") -> tuple[bool, Payment | None]:
    """Whether a debit is about money of ours, and of which attempt."""
    of = statement(payment.merchant_account)
    debit = row(of, number, -1_000, merchant_ref=code, description=text)
    row(of, "NOTHING01", -1_000)
    found = taken_back._payments(of, list(of.rows.all()))
    assert set(found) <= {debit.pk}
    return debit.pk in found, found.get(debit.pk)


def test_a_debit_is_about_what_its_number_its_text_or_its_code_names() -> None:
    payment, other, of_nobody = owed(), owed(), owed()
    account = payment.merchant_account
    Payment.objects.update(merchant_account=account)
    for each in (payment, other, of_nobody):
        each.refresh_from_db()
    booked(payment, "NUMBER0001")
    booked(of_nobody, "NOBODY0001", merchant_ref="KHONG-CO")
    assert about(payment, "NUMBER0001") == (True, payment)
    assert about(payment, "R1", text="hoan NUMBER0001.") == (True, payment)
    assert about(payment, "R1", text="hoan XNUMBER0001") == (False, None)
    assert about(payment, "R1", code=other.merchant_ref) == (True, other)
    assert about(payment, "R1", text=f"lenh {other.merchant_ref}") == (True, other)
    assert about(payment, "NUMBER0001", code=other.merchant_ref) == (True, payment), "what is booked goes first"
    assert about(payment, "NOBODY0001") == (True, None)
    assert about(payment, "NOBODY0001", code=other.merchant_ref) == (True, other)
    assert about(payment, "NOBODY0001", text="NUMBER0001") == (True, payment)
    assert about(payment, "R1", text="NUMBER0001"[:7]) == (False, None)
    Payment.objects.filter(pk=other.pk).update(merchant_ref="")
    assert about(payment, "R1") == (False, None)
    assert about(payment, "", text="ABCDEFGH") == (False, None)


def test_what_is_another_contracts_names_nothing() -> None:
    payment, elsewhere = owed(), factories.payment(gateway="vnptpay")
    booked(payment, "NUMBER0001")
    assert about(payment, "R1", code=elsewhere.merchant_ref) == (False, None)
    assert about(elsewhere, "NUMBER0001") == (False, None)
    key = f"vietinbank:{payment.merchant_account_id}:NUMBER0002"
    LedgerEvent.objects.create(kind="payment_reversed", payment=payment, bill=payment.bill, amount=-1, money_key=key)
    assert about(payment, "NUMBER0002") == (False, None)


def test_each_row_has_a_case_of_the_payment_or_of_the_contract() -> None:
    payment = owed()
    account = payment.merchant_account
    type(account).objects.update(agency=factories.agency())
    account.refresh_from_db()
    of = statement(account)
    named, other = row(of, "R1", -7_000, merchant_ref=payment.merchant_ref), row(of, "R2", -8_000)
    taken_back.note(of, [named, other])
    taken_back.note(of, [])
    named.refresh_from_db()
    other.refresh_from_db()
    assert (named.state, other.state) == ("discrepancy", "discrepancy")
    case = named.discrepancy
    assert case and (case.kind, case.agency, case.bill) == ("contradiction", payment.bill.agency, payment.bill)
    assert (case.payment, case.amount, case.note) == (payment, 7_000, "R1: -7000")
    case = other.discrepancy
    assert case and (case.kind, case.agency, case.bill, case.payment) == ("contradiction", account.agency, None, None)
    assert (case.amount, case.note) == (8_000, "R2: -8000")


def test_cases_are_opened_in_a_transaction_of_their_own() -> None:
    of = statement(owed().merchant_account)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        taken_back.note(of, [row(of, "R1", -1)])
