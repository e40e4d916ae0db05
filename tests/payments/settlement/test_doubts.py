"""What settling makes of money in doubt, of opinions and of money for nobody: without HTTP or an inbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from payments.models import Bill, Discrepancy, LedgerEvent, Notification, Payment, Receipt
from payments.settlement.apply import Settled, apply, money_key
from tests.support import factories
from tests.support.payments.settling import NOON, cases, events, money_of, owed, state, told

pytestmark = pytest.mark.django_db


def test_money_for_nobody_is_kept_by_whose_contract_it_came_to() -> None:
    payment = owed()
    notification = told(payment, 5_000, merchant_ref="KHONG-CO")
    outcome = apply([notification])
    assert (notification.state, notification.payment) == ("orphan", None)
    assert events("money_received", "surplus") == [
        ("money_received", None, None, 5_000),
        ("surplus", None, None, -5_000),
    ]
    case = Discrepancy.objects.get()
    assert (case.kind, case.agency, case.bill) == ("unknown_reference", payment.merchant_account.agency, None)
    assert outcome == Settled() and state(payment) == ("sent", "open")


def test_a_message_of_another_contract_or_gateway_is_not_about_this_payment() -> None:
    payment = owed()
    elsewhere = factories.merchant(factories.agency(), "vnptpay")
    for values in ({"merchant_account": elsewhere}, {"gateway": "vnptpay"}):
        notification = told(payment, **values)
        apply([notification])
        assert notification.result == "unknown_reference"
    assert state(payment) == ("sent", "open")


def test_one_transaction_is_booked_once_also_within_a_batch() -> None:
    payment, other = owed(), owed()
    first, again = (told(payment, gateway_ref="SAME") for _ in range(2))
    apply([first, again])
    assert (again.state, again.result) == ("ignored", "already_booked")
    account = payment.merchant_account
    late = told(other, gateway_ref="SAME", merchant_account=account)
    Payment.objects.filter(pk=other.pk).update(merchant_account=account)
    apply([late])
    assert (late.result, cases()) == ("booked_for_another", [("conflict", 72_000)])
    assert Payment.objects.get(pk=other.pk).state == "unknown"
    nobody = told(payment, gateway_ref="SAME", merchant_ref="KHONG-CO")
    statement = told(payment, gateway_ref="SAME", merchant_ref="KHONG-CO", source="statement")
    apply([nobody, statement])
    assert (nobody.result, statement.result) == ("booked_for_another", "already_booked")
    named = told(other, gateway_ref="SAME", merchant_account=account, source="statement")
    apply([named])
    assert named.result == "booked_for_another"


def test_money_booked_for_nobody_names_no_other_order() -> None:
    payment = owed()
    apply([told(payment, gateway_ref="SAME", merchant_ref="KHONG-CO")])
    again = told(payment, gateway_ref="SAME")
    apply([again])
    assert again.result == "already_booked"


def test_what_a_statement_told_of_is_compared_unless_a_person_has_judged() -> None:
    payment = owed()
    statement = told(payment, source="statement")
    apply([statement])
    twin = told(payment)
    apply([twin])
    case = Discrepancy.objects.get()
    assert (twin.result, case.kind, case.note) == ("likely_booked", "likely_booked", money_key(statement))
    judged = told(payment)
    Discrepancy.objects.update(note="")
    apply([judged], is_judged=False)
    assert judged.result == "paid_again"
    within = owed()
    apply([told(within, source="statement"), last := told(within)])
    assert last.result == "likely_booked"


@pytest.mark.parametrize("outcome", ["failed", "pending"])
def test_an_opinion_moves_the_payment_and_carries_no_money(outcome: str) -> None:
    payment = owed()
    notification = told(payment, outcome=outcome)
    settled = apply([notification])
    after = "failed" if outcome == "failed" else "unknown"
    assert state(payment) == (after, "open")
    event = money_of(notification, f"payment_{after}")
    assert (event.amount, event.money_key, event.value_date, event.bill) == (0, "", None, payment.bill)
    assert (settled.changed_bills, settled.settled_bills) == ({payment.bill_id: payment.bill}, [])
    assert payment.gateway_ref == "" and not Receipt.objects.exists() and cases() == []


def test_a_success_without_a_sum_makes_the_gateway_be_asked_at_once() -> None:
    payment = owed(checked_at=NOON)
    outcome = apply([told(payment, is_transfer=False, amount=None)])
    payment.refresh_from_db()
    assert payment.state == "unknown"
    assert outcome.payments_to_ask == {payment.pk}
    assert payment.checked_at is None and payment.next_check_at
    assert timezone.now() - payment.next_check_at < timedelta(minutes=5)


def test_who_was_in_doubt_already_is_asked_about_at_once_too() -> None:
    payment = owed(state="unknown", checked_at=NOON)
    apply([told(payment, is_transfer=False, amount=None)])
    payment.refresh_from_db()
    assert (payment.state, payment.checked_at) == ("unknown", None)
    assert payment.next_check_at and timezone.now() - payment.next_check_at < timedelta(minutes=5)


def test_too_little_for_an_order_is_in_the_ledger_while_the_order_is_in_doubt() -> None:
    payment = owed()
    notification = told(payment, 50_000, is_transfer=False)
    apply([notification])
    pair = (payment.bill_id, payment.pk)
    assert state(payment) == ("unknown", "open")
    assert events("money_received", "surplus") == [("money_received", *pair, 50_000), ("surplus", *pair, -50_000)]
    assert money_of(notification, "money_received").money_key == money_key(notification)


def test_money_of_which_a_part_is_promised_back_is_not_simply_taken_back() -> None:
    payment = paid()
    Payment.objects.filter(pk=payment.pk).update(reserved_amount=1_000)
    notification = told(payment, outcome="reversed", gateway_ref="FT")
    apply([notification])
    assert state(payment) == ("paid", "paid")
    assert (notification.result, [kind for kind, _ in cases()]) == ("reversed", ["contradiction"])


def test_another_account_or_a_conflict_is_for_a_person() -> None:
    payment = owed()
    payment.merchant_account.settings["accounts"] = ["113"]
    payment.merchant_account.save()
    wrong, right = told(payment, account="999"), told(payment, account="113")
    conflict = told(owed(), 5_000, result="conflict")
    apply([wrong, conflict])
    assert cases() == [("wrong_account", 72_000), ("conflict", 5_000)]
    assert not LedgerEvent.objects.exclude(kind="payment_sent").exclude(kind="bill_created").exists()
    apply([right])
    assert state(payment) == ("paid", "paid")


def paid() -> Payment:
    payment = owed()
    apply([told(payment, is_transfer=False, gateway_ref="FT")])
    payment.refresh_from_db()
    return payment


def test_a_batch_that_takes_back_and_brings_anew_voids_the_old_receipt() -> None:
    payment = paid()
    back = told(payment, outcome="reversed", gateway_ref="FT")
    apply([back, told(payment)])
    assert state(payment) == ("paid", "paid")
    receipts = Receipt.objects.order_by("pk")
    assert [(each.revision, hasattr(each, "cancellation")) for each in receipts] == [(1, True), (2, False)]


def test_a_second_transfer_is_surplus_and_leaves_the_first_in_peace() -> None:
    payment = paid()
    first = payment.paid_at, payment.gateway_ref
    again = told(payment, occurred_at=datetime(2026, 1, 1, 12, tzinfo=NOON.tzinfo))
    apply([again])
    payment.refresh_from_db()
    assert (payment.paid_at, payment.gateway_ref) == first
    pair = (payment.bill_id, payment.pk)
    assert events("money_received", "surplus") == [("money_received", *pair, 72_000), ("surplus", *pair, -72_000)]
    assert (cases(), Receipt.objects.count()) == ([("surplus", 72_000)], 1)


def test_money_for_a_cancelled_bill_is_paid_without_a_receipt() -> None:
    payment = owed()
    Bill.objects.update(state="cancelled")
    apply([told(payment)])
    payment.refresh_from_db()
    assert (payment.state, payment.is_applied, Receipt.objects.count()) == ("paid", False, 0)
    assert cases() == [("surplus", 72_000)]


def test_only_money_that_is_new_takes_the_place_of_a_twin() -> None:
    payment = owed()
    apply([told(payment, source="statement", gateway_ref="SAME")])
    batch = [told(payment, gateway_ref="SAME"), told(payment, outcome="failed"), told(payment)]
    apply(batch)
    assert [each.result for each in batch] == ["already_booked", "late_failed", "likely_booked"]


def test_a_batch_remembers_for_whom_it_has_booked() -> None:
    payment, other = owed(), owed()
    Payment.objects.filter(pk=other.pk).update(merchant_account=payment.merchant_account)
    account = payment.merchant_account
    batch = [
        told(payment, gateway_ref="A"),
        told(other, gateway_ref="A", merchant_account=account),
        told(payment, gateway_ref="B", merchant_ref="KHONG-CO"),
        told(payment, gateway_ref="B"),
    ]
    apply(batch)
    assert [each.result for each in batch] == ["settled", "booked_for_another", "unknown_reference", "already_booked"]


def test_only_what_was_too_little_is_a_part() -> None:
    payment = owed()
    apply([told(payment, 72_001, is_transfer=False), told(payment, 22_000)])
    assert (cases(), state(payment)) == ([("over", 72_001), ("short", 22_000)], ("unknown", "open"))
    doubt = LedgerEvent.objects.get(kind="payment_unknown")
    assert (doubt.amount, doubt.money_key) == (0, ""), "the money stands in an event of its own"


def test_a_case_is_the_agencys_whose_bill_it_is_whosever_the_contract() -> None:
    payment = owed()
    type(payment.merchant_account).objects.update(agency=factories.agency())
    apply([Notification.objects.get(pk=told(payment, 5_000).pk)])
    assert Discrepancy.objects.get().agency == payment.bill.agency


def test_a_dong_is_money_too() -> None:
    payment = owed()
    notification = told(payment, 1)
    apply([notification])
    assert money_of(notification, "money_received").money_key == money_key(notification)


def test_a_doubt_without_a_sum_is_a_case_of_nothing_and_of_one_message_once() -> None:
    payment = owed()
    apply([told(payment)])
    doubt = told(payment, None)
    for _ in range(2):
        apply([doubt])
    assert (doubt.result, cases()) == ("paid_again", [("conflict", 0)])
