"""What matching writes on each row and what it opens: row by row, without a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from payments.models import Discrepancy, LedgerEvent, MerchantAccount, Notification, Payment, Statement, StatementRow
from payments.reconciliation import matching, statements
from payments.settlement import apply as settlement
from tests.support import factories
from tests.support.payments.cases import case
from tests.support.payments.rows import booked, row, statement
from tests.support.payments.settling import owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment() -> Payment:
    return owed(150_000)


@pytest.fixture
def account(payment: Payment) -> MerchantAccount:
    return payment.merchant_account


def fresh(of: StatementRow) -> StatementRow:
    return StatementRow.objects.get(pk=of.pk)


def states(*rows: StatementRow) -> list[str]:
    return [fresh(each).state for each in rows]


def test_what_the_ledger_has_is_matched_with_its_event(payment: Payment, account: MerchantAccount) -> None:
    event = booked(payment, "B1")
    of = statement(account)
    mine = row(of, "B1")
    elsewhere = row(statement(account), "B1")
    matching.apply(of)
    assert (fresh(mine).state, fresh(mine).event) == ("matched", event)
    assert states(elsewhere) == ["new"]
    assert (of.state, of.rows_done, of.lease_until) == ("done", 1, None)
    assert of.finished_at and timezone.now() - of.finished_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        ({"state": "matched"}, "repeated"),
        ({"state": "settled"}, "repeated"),
        ({"state": "new"}, "matched"),
        ({"state": "foreign"}, "matched"),
        ({"state": "debit"}, "matched"),
        ({"state": "locked"}, "matched"),
        ({"state": "matched", "gateway_ref": "B2"}, "matched"),
        ({"state": "discrepancy", "amount": -150_000}, "matched"),
    ],
)
def test_what_an_earlier_file_had_is_repeated(
    earlier: dict[str, Any], state: str, payment: Payment, account: MerchantAccount
) -> None:
    event = booked(payment, "B1")
    row(statement(account), **{"gateway_ref": "B1", **earlier})
    row(statement(factories.merchant(factories.agency(), "vnptpay")), "B1", state="matched")
    of = statement(account)
    row(of, "B1", -150_000, state="discrepancy")
    mine = row(of, "B1")
    matching.apply(of)
    assert (fresh(mine).state, fresh(mine).event) == (state, None if state == "repeated" else event)


def test_a_repeated_row_of_a_number_nobody_booked_opens_nothing(account: MerchantAccount) -> None:
    row(statement(account), "B1", state="discrepancy")
    of = statement(account)
    mine = row(of, "B1")
    matching.apply(of)
    assert states(mine) == ["repeated"] and not Notification.objects.filter(source="statement").exists()


def test_another_sum_than_the_ledgers_is_a_case(payment: Payment, account: MerchantAccount) -> None:
    event = booked(payment, "B1")
    MerchantAccount.objects.update(agency=factories.agency())
    of = statement(MerchantAccount.objects.get(pk=account.pk))
    mine = row(of, "B1", 149_000)
    matching.apply(of)
    mine = fresh(mine)
    opened = mine.discrepancy
    assert (mine.state, mine.event) == ("discrepancy", event)
    assert opened and (opened.kind, opened.amount, opened.note) == ("amount_differs", 1_000, "B1: 149000 / 150000")
    assert (opened.bill, opened.payment, opened.agency) == (payment.bill, payment, payment.bill.agency)


def test_another_sum_than_that_of_nobodys_money_is_the_contracts(account: MerchantAccount) -> None:
    event = booked(owed(), "B1", 5_000, merchant_ref="KHONG-CO", merchant_account=account)
    of = statement(account)
    row(of, "B1", 6_000)
    matching.apply(of)
    opened = Discrepancy.objects.get(kind="amount_differs")
    assert event.bill is None
    assert (opened.amount, opened.bill, opened.payment, opened.agency) == (1_000, None, None, account.agency)


def test_a_debit_that_is_booked_is_no_match(payment: Payment, account: MerchantAccount) -> None:
    booked(payment, "B1")
    of = statement(account)
    mine = row(of, "B1", -150_000)
    matching.apply(of)
    assert states(mine) == ["discrepancy"] and Discrepancy.objects.get().kind == "contradiction"


def test_news_are_heard_and_each_row_says_what_came_of_it(payment: Payment, account: MerchantAccount) -> None:
    of = statement(account)
    settled = row(of, "B1", merchant_ref=payment.merchant_ref)
    short = row(of, "B2", 7_000, merchant_ref=owed_at(account).merchant_ref)
    nobody = row(of, "B3", 8_000)
    named = factories.bill(9_000, of=account.agency, reference="H44.40-261123-0007")
    proposed = row(of, "B4", 9_000, description="nop H44 40 261123 0007")
    matching.apply(of)
    assert states(settled, short, nobody, proposed) == ["settled", "discrepancy", "discrepancy", "proposed"]
    told = fresh(settled).notification
    assert told and (told.source, told.event_key) == ("statement", f"statement:{account.pk}:B1")
    assert told.facts == {"description": "", "statement": of.pk, "line": settled.line_number}
    event = LedgerEvent.objects.get(kind="payment_paid")
    assert (fresh(settled).event, fresh(settled).discrepancy) == (event, None)
    opened = fresh(short).discrepancy
    assert opened and (opened.kind, opened.amount) == ("short", 7_000)
    assert fresh(short).proposed_bill is None and fresh(nobody).proposed_bill is None
    assert fresh(proposed).proposed_bill == named and fresh(proposed).discrepancy


def owed_at(account: MerchantAccount, amount: int = 150_000) -> Payment:
    made = owed(amount)
    Payment.objects.filter(pk=made.pk).update(merchant_account=account)
    made.refresh_from_db()
    return made


def test_what_changes_nothing_is_matched(account: MerchantAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    of = statement(account)
    mine = row(of, "B1")
    real = settlement.apply

    def ignored(notifications: Any, **values: Any) -> Any:
        outcome = real(notifications, **values)
        Notification.objects.update(state="ignored")
        Discrepancy.objects.update(notification=None)
        return outcome

    monkeypatch.setattr(settlement, "apply", ignored)
    matching.apply(of)
    assert states(mine) == ["matched"]


def test_a_row_that_could_not_be_heard_is_tried_again(
    account: MerchantAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = statement(account)
    mine = row(of, "B1")

    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("x")

    with monkeypatch.context() as broken:
        broken.setattr(settlement, "apply", fail)
        matching.apply(of)
    assert (states(mine), of.state, of.finished_at) == (["new"], "applying", None)
    assert of.lease_until and timedelta(0) < of.lease_until - timezone.now() <= statements.LEASE
    matching.apply(of)
    assert states(mine) == ["new"], "somebody holds it"
    Statement.objects.update(lease_until=None)
    Notification.objects.update(next_attempt_at=timezone.now() - timedelta(hours=1))
    matching.apply(of)
    assert (states(mine), of.state) == (["discrepancy"], "done")


def test_a_number_in_another_notation_is_the_booked_one(payment: Payment, account: MerchantAccount) -> None:
    event = booked(payment, "FT26333ABC01")
    of, again = statement(account), statement(account)
    mine, theirs = row(of, "ft-26333-abc01"), row(again, "ft.26333.abc01")
    matching.apply(of)
    matching.apply(again)
    assert (fresh(mine).state, fresh(mine).event) == ("matched", event)
    assert (fresh(theirs).state, fresh(theirs).event) == ("repeated", None)
    assert not Discrepancy.objects.exists()


def test_what_is_only_alike_is_for_a_person(payment: Payment, account: MerchantAccount) -> None:
    event = booked(payment, "ONE")
    MerchantAccount.objects.update(agency=factories.agency())
    of = statement(MerchantAccount.objects.get(pk=account.pk))
    mine = row(of, "OTHER", merchant_ref=payment.merchant_ref)
    matching.apply(of)
    mine = fresh(mine)
    opened = mine.discrepancy
    assert (mine.state, mine.event, mine.notification) == ("likely", None, None)
    assert opened and (opened.kind, opened.note, opened.amount) == ("likely_booked", event.money_key, 150_000)
    assert (opened.bill, opened.payment, opened.agency) == (payment.bill, payment, payment.bill.agency)
    assert sum(LedgerEvent.objects.filter(kind="payment_paid").values_list("amount", flat=True)) == 150_000


def test_before_a_second_person_confirms_nothing_that_is_only_alike_is_a_case(
    payment: Payment, account: MerchantAccount
) -> None:
    booked(payment, "FT26333ABC01")
    of = statement(account, is_countersigned=False)
    alike, same = row(of, "OTHER", merchant_ref=payment.merchant_ref), row(of, "ft-26333-abc01")
    lone = row(statement(account, is_countersigned=False), "OTHER", merchant_ref=payment.merchant_ref)
    for each in (of, lone.statement):
        matching.apply(each)
    assert states(alike, same, lone) == ["new", "matched", "new"] and not Discrepancy.objects.exists()


def test_what_another_contract_booked_shows_its_bill_to_nobody_else(payment: Payment) -> None:
    event = booked(payment, "B1")
    other = MerchantAccount.objects.get(pk=payment.merchant_account_id)
    other.pk, other.merchant_id, other.agency = None, "ANOTHER", factories.agency()
    other.save()
    of = statement(other)
    mine = row(of, "B1")
    matching.apply(of)
    opened = fresh(mine).discrepancy
    assert opened and (opened.kind, opened.note) == ("likely_booked", event.money_key)
    assert (opened.bill, opened.payment, opened.agency) == (None, None, other.agency)


def test_what_a_person_has_judged_is_not_judged_again(payment: Payment, account: MerchantAccount) -> None:
    booked(payment, "ONE")
    of = statement(account)
    judged = case(account.agency, "likely_booked", closed_at=timezone.now())
    mine = row(of, "OTHER", merchant_ref=payment.merchant_ref, discrepancy=judged)
    matching.apply(of)
    assert states(mine) == ["discrepancy"] and Discrepancy.objects.filter(kind="surplus").exists()


def test_batches_go_on_where_the_last_ended_and_tell_how_far(
    account: MerchantAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "BATCH", 2)
    monkeypatch.setattr(matching, "INBOX_BATCH", 1)
    of = statement(account, row_count=4)
    row(of, "B0", state="locked")
    rows = [row(of, f"B{number}", number) for number in range(1, 4)]
    told: list[tuple[int, int]] = []
    matching.apply(of, lambda done, total: told.append((done, total)))
    assert states(*rows) == ["discrepancy"] * 3
    assert (told, of.rows_done) == ([(3, 4), (4, 4)], 4)
    assert Notification.objects.count() == 3


def test_only_a_confirmed_file_is_matched(account: MerchantAccount) -> None:
    of = statement(account, state="preview")
    mine = row(of, "B1")
    matching.apply(of)
    assert states(mine) == ["new"]


def test_money_that_a_file_lacked_and_this_one_has_closes_its_case(payment: Payment, account: MerchantAccount) -> None:
    event, other, earlier = booked(payment, "B1"), booked(owed_at(account), "B2"), timezone.now() - timedelta(days=1)
    lacked, other_kind, still = (
        case(account.agency, kind, note=each.money_key)
        for kind, each in (("not_in_statement", event), ("conflict", event), ("not_in_statement", other))
    )
    closed = case(account.agency, "not_in_statement", note=event.money_key, closed_at=earlier)
    of = statement(account)
    row(of, "B1")
    row(statement(account), "B2", state="matched", event=other)
    matching.apply(of)
    for each in (lacked, other_kind, still, closed):
        each.refresh_from_db()
    assert lacked.closed_at and lacked.resolution == f"#{of.pk}"
    assert (other_kind.closed_at, still.closed_at, closed.closed_at) == (None, None, earlier)
