"""Rows of another contract: by the account they name, their code, or what is booked there; one by one."""

from __future__ import annotations

from typing import Any

import pytest

from payments.models import LedgerEvent, MerchantAccount, Payment, StatementRow
from payments.reconciliation import foreign
from payments.reconciliation.foreign import Foreign
from tests.support import factories
from tests.support.payments.cases import case
from tests.support.payments.rows import booked, row, statement
from tests.support.payments.settling import owed, told

pytestmark = pytest.mark.django_db


def contract(gateway: str = "vietinbank", *accounts: str) -> MerchantAccount:
    """A contract of its own agency with these receiving accounts."""
    made = MerchantAccount(gateway=gateway, merchant_id=f"M{MerchantAccount.objects.count()}")
    made.agency, made.valid_during = factories.agency(), factories.FOREVER
    made.settings = {"accounts": list(accounts)} if accounts else {}
    made.save()
    return made


def paid_at(account: MerchantAccount, number: str, amount: int = 150_000) -> LedgerEvent:
    payment = owed(amount)
    Payment.objects.filter(pk=payment.pk).update(merchant_account=account, gateway=account.gateway)
    payment.refresh_from_db()
    return booked(payment, number)


def found(of: StatementRow, code: str = "") -> Foreign | None:
    return foreign.of_rows(of.statement, [of], {of.pk: code}).get(of.pk)


def test_what_another_contract_of_the_gateway_booked_under_number_and_sum() -> None:
    mine, other = contract(), contract()
    event = paid_at(other, "B1")
    paid_at(mine, "B2")
    paid_at(contract("vnpay"), "B3")
    of = statement(mine)
    rows = [row(of, "B1"), row(of, "B2"), row(of, "B3"), row(of, "B4", 149_000)]
    paid_at(other, "B4")
    LedgerEvent.objects.create(kind="surplus", bill=event.bill, amount=7, money_key=f"vietinbank:{other.pk}:B5")
    rows.append(row(of, "B5", 7))
    elsewhere = row(statement(mine), "B1")
    assert foreign.booked_elsewhere(of, rows) == {rows[0].pk: event}
    assert found(rows[0]) == Foreign(rows[0], "", other, event)
    assert found(rows[1]) is None
    assert foreign.booked_elsewhere(elsewhere.statement, []) == {}


def test_of_two_contracts_that_booked_it_the_first_is_named() -> None:
    mine = contract()
    first = paid_at(contract(), "B1")
    paid_at(contract(), "B1")
    of = row(statement(mine), "B1")
    assert foreign.booked_elsewhere(of.statement, [of]) == {of.pk: first}


def test_an_account_that_is_not_ours_is_anothers() -> None:
    mine, other = contract("vietinbank", "111"), contract("vnpay", "222", "333")
    contract("vnptpay")
    of = statement(mine)
    own, named, unknown, without = (row(of, f"B{number}", account=number) for number in ("111", "333", "999", ""))
    assert found(own) is None and found(without) is None
    assert found(named) == Foreign(named, "333", other, None)
    assert found(unknown) == Foreign(unknown, "999", None, None)


def test_a_contract_that_names_no_accounts_has_none_that_is_foreign_but_anothers() -> None:
    mine, other = contract(), contract("vnpay", "222")
    of = statement(mine)
    unknown, named = row(of, "B1", account="999"), row(of, "B2", account="222")
    assert found(unknown) is None
    assert found(named) == Foreign(named, "", other, None)


def test_a_code_of_another_contracts_payment_is_anothers_unless_the_account_is_ours() -> None:
    mine, other = contract("vietinbank", "111"), contract()
    payment, own, far = owed(), owed(), factories.payment(gateway="vnptpay")
    Payment.objects.filter(pk=payment.pk).update(merchant_account=other)
    Payment.objects.filter(pk=own.pk).update(merchant_account=mine)
    of = statement(mine)
    named, ours = row(of, "B1"), row(of, "B2", account="111")
    assert found(named, payment.merchant_ref) == Foreign(named, "", other, None)
    assert found(ours, payment.merchant_ref) is None
    assert found(named, own.merchant_ref) is None
    assert found(named, far.merchant_ref) is None
    assert found(named, "") is None


def test_what_is_booked_says_more_than_account_and_code() -> None:
    mine, first, second = contract("vietinbank", "111"), contract("vietinbank", "222"), contract()
    event = paid_at(second, "B1")
    of = row(statement(mine), "B1", account="222")
    assert found(of) == Foreign(of, "222", second, event)
    assert first != second


def test_whose_a_file_is_most_rows_say() -> None:
    one, two = contract(), contract()
    line = StatementRow()
    rows = [Foreign(line, "1", one), Foreign(line, "2", two), Foreign(line, "2", two), Foreign(line, "", None)]
    assert foreign.whose(rows) == (two, "2")
    assert foreign.whose([Foreign(line)]) == foreign.whose([]) == (None, "")


def test_a_case_of_a_row_shows_what_another_contract_booked() -> None:
    mine, other = contract(), contract()
    event = paid_at(other, "B1")
    of = case(mine.agency, "likely_booked")
    row(statement(mine), "B1", discrepancy=of)
    assert foreign.event_of_case(of) == event


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({}, True),
        ({"gateway_ref": ""}, False),
        ({"gateway_ref": "B2"}, False),
        ({"amount": None}, False),
        ({"amount": 149_000}, False),
        ({"gateway": "vnpay"}, False),
    ],
)
def test_a_case_of_a_notification_shows_it_too(changes: dict[str, Any], is_found: bool) -> None:
    mine, other = contract(), contract()
    event = paid_at(other, "B1")
    paid_at(contract("vnpay"), "B9")
    LedgerEvent.objects.create(kind="surplus", bill=event.bill, amount=150_000, money_key=f"vietinbank:{other.pk}:B2")
    values = {"gateway_ref": "B1", "merchant_account": mine, **changes}
    amount = values.pop("amount", 150_000)
    of = case(mine.agency, "conflict", notification=told(owed(150_000), amount, **values))
    assert foreign.event_of_case(of) == (event if is_found else None)


def test_what_the_contract_itself_booked_is_no_other_ones() -> None:
    mine = contract()
    paid_at(mine, "B1")
    of = case(mine.agency, "conflict", notification=told(owed(150_000), gateway_ref="B1", merchant_account=mine))
    assert foreign.event_of_case(of) is None
    assert foreign.event_of_case(case()) is None


def test_what_is_set_aside_counts_for_nothing() -> None:
    event = paid_at(contract(), "B1")
    of = statement(contract())
    mine, other = row(of, "B1", event=event), row(of, "B2")
    foreign.set_aside([mine])
    for each, state in ((mine, "foreign"), (other, "new")):
        each.refresh_from_db()
        assert (each.state, each.event) == (state, None)
