"""What the ledger and earlier files know of a row by its number: condition by condition."""

from __future__ import annotations

from typing import Any

import pytest

from payments.models import LedgerEvent, MerchantAccount, StatementRow
from payments.reconciliation import fates
from payments.reconciliation.fates import Fate
from tests.support import factories
from tests.support.payments.rows import booked, row, statement
from tests.support.payments.settling import owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> MerchantAccount:
    return factories.merchant(factories.agency(), "vietinbank")


def known(of: StatementRow) -> str:
    """As whatever it is known, asked in each way there is."""
    counted = fates.counts(of.statement)
    (kind,) = (name for name in counted if of.pk in fates.rows_known_as(of.statement, name, 100))
    fate = fates.of_known(of.statement, [of]).get(of.pk)
    assert (fate.kind if fate else "new") == kind
    return kind


def test_the_ledger_knows_a_number_by_its_sum(account: MerchantAccount) -> None:
    payment = owed(150_000)
    event = booked(payment, "B1")
    of = statement(payment.merchant_account)
    rows = [row(of, "B1"), row(statement(payment.merchant_account), "B1", 149_999), row(of, "B2"), row(of, "B1", -1)]
    assert [known(each) for each in rows] == ["matched", "differs", "new", "taken_back"]
    fate = fates.of_known(of, [rows[0]])[rows[0].pk]
    assert (fate.event, fate.payment, fate.bill, fate.case) == (event, payment, None, "")
    assert fates.counts(of) == {"matched": 1, "new": 1, "taken_back": 1}
    assert set(fates.of_known(of, [rows[0], rows[2]])) == {rows[0].pk}


def test_money_that_settled_nothing_is_known_too() -> None:
    payment = owed(150_000)
    booked(payment, "B1", 1_000)
    assert known(row(statement(payment.merchant_account), "B1", 1_000)) == "matched"
    key = f"vietinbank:{payment.merchant_account_id}:B2"
    LedgerEvent.objects.create(kind="payment_reversed", payment=payment, bill=payment.bill, amount=-1, money_key=key)
    assert known(row(statement(payment.merchant_account), "B2")) == "new"


@pytest.mark.parametrize(
    ("earlier", "is_known"),
    [
        ({"state": "matched"}, True),
        ({"state": "settled"}, True),
        ({"state": "repeated"}, True),
        ({"state": "new"}, False),
        ({"state": "foreign"}, False),
        ({"state": "debit"}, False),
        ({"state": "locked"}, False),
        ({"state": "matched", "gateway_ref": "B2"}, False),
        ({"state": "matched", "amount": -150_000}, False),
        ({"state": "matched", "amount": 5}, True),
    ],
)
def test_an_earlier_file_knows_a_number_unless_it_said_nothing_of_it(
    earlier: dict[str, Any], is_known: bool, account: MerchantAccount
) -> None:
    row(statement(account), **{"gateway_ref": "B1", **earlier})
    other = factories.merchant(factories.agency(), "vnptpay")
    row(statement(other), "B1", state="matched")
    mine = row(statement(account), "B1")
    assert known(mine) == ("repeated" if is_known else "new")


def test_the_file_itself_is_no_earlier_one(account: MerchantAccount) -> None:
    of = statement(account)
    row(of, "B1", -150_000, state="discrepancy")
    row(of, "B1", state="matched")
    assert known(row(of, "B1", -5)) == "taken_back"


def test_only_what_waits_is_judged_and_the_first_are_shown(account: MerchantAccount) -> None:
    of = statement(account)
    first, second, _third = row(of, "B1"), row(of, "B2"), row(of, "B3")
    row(of, "B4", state="matched")
    row(statement(account), "B5")
    assert fates.counts(of) == {"new": 3}
    assert fates.rows_known_as(of, "new", 2) == [first.pk, second.pk]
    assert fates.of_known(of, []) == {}


def test_a_fate_in_words() -> None:
    fate = Fate("differs", case="short")
    assert (fate.label, fate.case_in_words) == ("Khác số tiền đã ghi sổ: mở vụ việc", "Chuyển thiếu")
    assert Fate("matched").case_in_words == ""
