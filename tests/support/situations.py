"""Situations in which a batch of notifications is settled: by the bulk statement, or left to the rules.

Each names one thing that decides, and says how many notifications either way must settle.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dossiers.models import DossierBill
from gateways.base import OutcomeState
from payments.bills import create as bills
from payments.callbacks import inbox
from payments.models import MerchantAccount, Payment, ReceiptSeries, TestPayment
from payments.models.notifications import NotificationSource
from payments.receipts import issue as receipts
from payments.states import OPEN_PAYMENT_STATES, BillState, PaymentState

from . import factories
from .two_ways import Scenario


def contract(gateway: str = "vnptpay", **settings: Any) -> MerchantAccount:
    """A contract with a gateway besides the one that all attempts go by."""
    of = factories.agency()
    values = {"settings": settings, "secrets": "{}", "valid_during": factories.FOREVER}
    return MerchantAccount.objects.create(agency=of, gateway=gateway, merchant_id=of.code, **values)


def attempt_by(contract: MerchantAccount, world: Scenario) -> Payment:
    payment = world.payment()
    Payment.objects.filter(pk=payment.pk).update(merchant_account=contract)
    payment.merchant_account = contract
    return payment


#: Name → (what happens, how many notifications the bulk statement settles of it, how many the rules settle beside it).
SITUATIONS: dict[str, tuple[Callable[[Scenario], Any], int, int]] = {}


def situation(in_bulk: int, by_rules: int = 0) -> Callable[[Callable[[Scenario], Any]], Callable[[Scenario], Any]]:
    def register(play: Callable[[Scenario], Any]) -> Callable[[Scenario], Any]:
        SITUATIONS[play.__name__] = (play, in_bulk, by_rules)
        return play

    return register


@situation(in_bulk=3)
def every_open_state_with_a_query_due(world: Scenario) -> None:
    for state in OPEN_PAYMENT_STATES:
        world.notify(world.payment(state=state, next_check_at=world.now, returned_at=world.now))


@situation(in_bulk=2)
def what_we_asked_for_and_what_a_statement_tells(world: Scenario) -> None:
    for source in (NotificationSource.QUERY, NotificationSource.STATEMENT):
        world.notify(world.payment(), source=source)


@situation(in_bulk=0, by_rules=3)
def attempts_we_had_given_up(world: Scenario) -> None:
    for state in (PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.EXPIRED):
        world.notify(world.payment(state=state))


@situation(in_bulk=1)
def an_attempt_that_is_paid_is_paid_again(world: Scenario) -> None:
    payment = world.payment(gateway="vietinbank")
    world.notify(payment)
    inbox.drain_all()
    world.notify(payment)


@situation(in_bulk=1)
def the_currency_is_not_named(world: Scenario) -> None:
    world.notify(world.payment(), currency="")


@situation(in_bulk=0)
def another_currency(world: Scenario) -> None:
    world.notify(world.payment(), currency="USD")


@situation(in_bulk=0)
def too_little_too_much_and_no_amount(world: Scenario) -> None:
    for amount in (4999, 5001, None):
        world.notify(world.payment(), amount=amount)


@situation(in_bulk=0)
def every_outcome_but_paid(world: Scenario) -> None:
    for outcome in set(OutcomeState) - {OutcomeState.PAID}:
        world.notify(world.payment(), state=outcome)


@situation(in_bulk=4)
def accounts_that_may_receive(world: Scenario) -> None:
    for account in (contract(), contract(accounts=[]), contract(accounts=["111", "222"])):
        world.notify(attempt_by(account, world), account="222")
    world.notify(attempt_by(contract(accounts=["111"]), world), account="")


@situation(in_bulk=0)
def an_account_that_is_not_ours(world: Scenario) -> None:
    world.notify(attempt_by(contract(accounts=["111", "222"]), world), account="11")


@situation(in_bulk=0)
def a_notification_of_another_contract(world: Scenario) -> None:
    world.notify(world.payment(), contract())


@situation(in_bulk=0)
def a_notification_of_another_gateway(world: Scenario) -> None:
    other = contract("vietinbank")  # a statement's row does not wait for its order to appear
    world.notify(world.payment(), other, gateway="vietinbank", source=NotificationSource.STATEMENT)


@situation(in_bulk=1)
def bills_that_are_cancelled_waived_or_paid(world: Scenario) -> None:
    cancelled, waived, paid = world.payment(), world.payment(), world.payment()
    bills.cancel_bill(cancelled.bill, reason="thử")
    with transaction.atomic():
        bills._close(waived.bill, BillState.WAIVED, cause="officer", reason="thử")
    other = world.payment(of=paid.bill, gateway="momo")
    world.notify(other)
    inbox.drain_all()
    for payment in (cancelled, waived, paid):
        world.notify(payment)


@situation(in_bulk=0, by_rules=2)
def two_transfers_for_one_code(world: Scenario) -> None:
    for gateway in ("vietinbank", "vnptpay"):
        payment = world.payment(gateway=gateway)
        world.notify(payment)
        world.notify(payment)


@situation(in_bulk=0, by_rules=1)
def two_attempts_of_one_bill_both_paid(world: Scenario) -> None:
    bill = world.bill()
    for gateway in ("vnptpay", "vietinbank"):
        world.notify(world.payment(of=bill, gateway=gateway))


@situation(in_bulk=0, by_rules=1)
def money_for_an_attempt_given_up_and_for_an_open_one(world: Scenario) -> None:
    bill = world.bill()
    world.notify(world.payment(of=bill, state=PaymentState.EXPIRED))
    world.notify(world.payment(of=bill, gateway="vietinbank"))


@situation(in_bulk=0, by_rules=3)
def a_success_after_another_outcome(world: Scenario) -> None:
    for outcome in (OutcomeState.FAILED, OutcomeState.REVERSED, OutcomeState.PENDING):
        payment = world.payment()
        world.notify(payment, state=outcome)
        world.notify(payment)


@situation(in_bulk=0, by_rules=1)
def a_reversal_after_its_success(world: Scenario) -> None:
    payment = world.payment()
    world.notify(payment)
    world.notify(payment, state=OutcomeState.REVERSED)


@situation(in_bulk=1)
def a_success_that_follows_what_was_drained_before(world: Scenario) -> None:
    payment = world.payment()
    world.notify(payment, state=OutcomeState.PENDING)
    inbox.drain_all()
    world.notify(payment)


@situation(in_bulk=1)
def one_reference_at_two_gateways(world: Scenario) -> None:
    bill = world.bill()
    world.payment(of=bill, gateway="momo")
    Payment.objects.filter(gateway="momo").update(merchant_ref="R1")
    payment = world.payment(of=bill)
    Payment.objects.filter(pk=payment.pk).update(merchant_ref="R1")
    world.notify(payment, merchant_ref="R1")


@situation(in_bulk=0, by_rules=1)
def one_transaction_for_two_bills(world: Scenario) -> None:
    for _ in range(2):
        world.notify(world.payment(), gateway_ref="SAME")


@situation(in_bulk=0)
def one_transaction_first_for_a_bill_of_another_amount(world: Scenario) -> None:
    world.notify(world.payment(), gateway_ref="SAME", amount=4000)
    world.notify(world.payment(), gateway_ref="SAME")


@situation(in_bulk=2)
def a_number_that_was_named_without_money(world: Scenario) -> None:
    world.notify(world.payment(), gateway_ref="SAME", currency="USD")
    inbox.drain_all()
    world.notify(world.payment(), gateway_ref="SAME")
    world.notify(world.payment(), gateway_ref="OTHER", state=OutcomeState.FAILED)
    world.notify(world.payment(), gateway_ref="OTHER")


@situation(in_bulk=1)
def a_transaction_that_settled_a_bill_before(world: Scenario) -> None:
    world.notify(world.payment(), gateway_ref="SAME")
    inbox.drain_all()
    world.notify(world.payment(), gateway_ref="SAME")


@situation(in_bulk=0)
def a_transaction_that_was_surplus_before(world: Scenario) -> None:
    world.notify(world.payment(), gateway_ref="SAME", amount=4000)
    inbox.drain_all()
    world.notify(world.payment(), gateway_ref="SAME")


@situation(in_bulk=3)
def one_number_at_two_gateways_and_no_number(world: Scenario) -> None:
    world.notify(world.payment(), gateway_ref="SAME")
    world.notify(world.payment(gateway="vietinbank"), gateway_ref="SAME")
    world.notify(world.payment(), gateway_ref="")


@situation(in_bulk=2, by_rules=1)
def days_that_are_closed(world: Scenario) -> None:
    midnight = timezone.localtime(world.now).replace(hour=0, minute=0, second=0) - timedelta(days=1)
    closed = contract()
    world.close(closed, midnight.date())
    for occurred_at in (midnight + timedelta(minutes=30), midnight - timedelta(minutes=30)):
        world.notify(attempt_by(closed, world), occurred_at=occurred_at)
    world.notify(world.payment(), occurred_at=midnight + timedelta(minutes=30))


@situation(in_bulk=1)
def no_time_is_named(world: Scenario) -> None:
    world.notify(world.payment(), occurred_at=None)


@situation(in_bulk=0, by_rules=1)
def no_book_is_open(world: Scenario) -> None:
    world.notify(world.payment(of=world.bill(of=world.new_agency(kinds=()))))


@situation(in_bulk=2, by_rules=1)
def a_book_of_one_kind_only(world: Scenario) -> None:
    agency = world.new_agency(kinds=["phi"])
    for lines in ([("phi", 1000), ("le_phi", 2000)], [("phi", 1000)], [("phi", 1000), ("le_phi", 0)]):
        world.notify(world.payment(of=world.bill(lines, of=agency)))


@situation(in_bulk=0, by_rules=1)
def the_books_of_last_year(world: Scenario) -> None:
    ReceiptSeries.objects.filter(agency=world.agency).delete()
    receipts.open_books([world.agency.pk], timezone.localdate() - timedelta(days=370))
    world.notify(world.payment())


@situation(in_bulk=2)
def two_books_of_one_serial_and_those_of_next_year(world: Scenario) -> None:
    book = ReceiptSeries.objects.get(agency=world.agency, kind="phi")
    ReceiptSeries.objects.create(agency=world.agency, kind="phi", serial=book.serial, template="01BLP0-002")
    receipts.open_books([world.agency.pk], timezone.localdate() + timedelta(days=370))  # next year's lie ready
    for _ in range(2):
        world.notify(world.payment())


@situation(in_bulk=2)
def lines_of_several_kinds_in_their_order(world: Scenario) -> None:
    for _ in range(2):
        lines = [("phi", 1000), ("le_phi", 2000), ("phi", 0), ("phi", 3000), ("postage", 30000)]
        world.notify(world.payment(of=world.bill_written_backwards(lines)))


@situation(in_bulk=0, by_rules=1)
def a_test_payment_gets_no_receipt(world: Scenario) -> None:
    bill = world.bill([("test", 5000)])
    payment = world.payment(of=bill)
    officer = factories.officer(world.agency)
    TestPayment.objects.create(bill=bill, merchant_account=payment.merchant_account, begun_by=officer)
    world.notify(payment)


@situation(in_bulk=1)
def a_dossier_that_waits_for_its_fee(world: Scenario) -> None:
    dossier = factories.dossier(world.agency, state=6, amount=0)
    bill = world.bill()
    DossierBill.objects.create(dossier=dossier, bill=bill)
    world.notify(world.payment(of=bill))
