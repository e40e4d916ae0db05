"""What a text typed by an accountant may mean, and what is found by it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from agencies.models import Role
from core.values import money
from payments import search
from payments.cash_desk import collect as cash_desk
from payments.models import LedgerEvent, MerchantAccount, Payment
from tests.support import factories

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("150000", 150_000),
        ("150.000", 150_000),
        ("150,000", 150_000),
        ("1 234 567 đ", 1_234_567),
        ("150.000đ", 150_000),
        ("150.000\u00a0VND", 150_000),
        ("150k", 150_000),
        ("150 nghìn", 150_000),
        ("1,5 triệu", 1_500_000),
        ("2tr", 2_000_000),
        ("15.00", None),
        ("1.5000", None),
        ("-5", None),
        ("H44", None),
        ("", None),
        ("9" * 16, None),
        ("٣", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: int | None) -> None:
    assert money.read(text) == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("23/11/2026", date(2026, 11, 23)),
        ("23-11-26", date(2026, 11, 23)),
        ("2026-11-23", date(2026, 11, 23)),
        ("23/11", date(2026, 11, 23)),
        ("28/11", date(2025, 11, 28)),
        ("31/02/2026", None),
        ("2026-13-01", None),
        ("150.000", None),
        ("H44.14-261123-0001", None),
    ],
)
def test_a_day_is_read_as_people_write_it_and_one_without_a_year_has_been(text: str, day: date | None) -> None:
    assert search.understand(text, TODAY).day == day


def bills_found(text: str) -> set[int]:
    meaning = search.understand(text, TODAY)
    return set(Payment.objects.filter(search.payments(meaning)).values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_payment_is_found_by_every_key_it_has_and_by_no_other() -> None:
    dossier = factories.dossier(amount=170_000)
    bill = dossier.bills.get()
    wanted = factories.payment(of=bill, gateway_ref="FT2633000ABC", paid_at=datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    factories.payment(of=factories.bill(180_000))
    account = MerchantAccount.objects.get(pk=wanted.merchant_account_id)
    LedgerEvent.objects.create(
        kind="money_received",
        bill=bill,
        payment=wanted,
        amount=170_000,
        money_key=f"vnptpay:{account.pk}:SECOND9",
        cause="test",
    )
    code = dossier.code
    keys = [
        code, code.lower(), code.replace(".", "").replace("-", " "), "0912 345 678", "+84912345678", "Nguyen Thi Binh",
        "170.000", "170k", "170000 đ", wanted.merchant_ref, wanted.merchant_ref.lower(), "FT2633000ABC", "ft2633000abc",
        "SECOND9", "21/11/2026",
    ]  # fmt: skip
    assert {key: bills_found(key) for key in keys} == {key: {wanted.pk} for key in keys}
    strangers = ["0912 345 679", "171.000", "20/11/2026", "FT2633000", "Nguyen Thi Binhh", code[:-1], "x"]
    assert {key: bills_found(key) for key in strangers} == {key: set() for key in strangers}


@pytest.mark.django_db
def test_a_slip_of_the_card_terminal_finds_its_payment(django_assert_num_queries: Any) -> None:
    agency = factories.agency()
    cashier = factories.officer(agency, Role.CASHIER)
    cash_desk.open_shift(cashier, agency, opening_amount=0)
    bill = factories.bill(of=agency)
    cash_desk.take(bill, cash_desk.Taking("pos", 150_000, terminal_ref="POS77"), cashier=cashier)
    wanted = bill.payments.get()
    with django_assert_num_queries(2):
        assert bills_found("POS77") == {wanted.pk}


@pytest.mark.django_db
def test_an_amount_that_many_ask_for_is_found_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {factories.payment(of=factories.bill(50_000)).pk for _ in range(3)}
    rare = factories.payment(of=factories.bill(60_000), gateway_ref="50000")
    for common in (1, 3):
        monkeypatch.setattr(search, "COMMON", common)
        assert bills_found("50.000") == many
        assert bills_found("50000") == {*many, rare.pk}  # an amount, and somebody's number
        assert bills_found("60.000") == {rare.pk}
