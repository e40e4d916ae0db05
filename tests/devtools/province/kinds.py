"""The same things done twice: by the product's verbs, and told as a story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from agencies.models import Role, User
from devtools.province.stories import desk, money, refunds
from devtools.province.stories.tale import Tale
from devtools.province.writer.row import Row
from dossiers.attachments.validation import Paper
from dossiers.fees import exemptions
from dossiers.fees.claims import claim_of
from dossiers.handover import release
from dossiers.handover.receivers import Receiver
from dossiers.models import Dossier, Stage
from dossiers.processing import decisions, transitions
from dossiers.states import DossierState as S
from gateways.base import Notification, OutcomeState
from payments.callbacks import inbox
from payments.cash_desk import collect
from payments.checkout import start as checkout
from payments.models import Bill, Discrepancy, Payment
from payments.models.notifications import NotificationSource
from payments.models.refunds import RefundReason
from payments.refunds import dispatch, workflow
from tests.support.notifications import notify_bill, vnpay_ipn
from tests.support.payments.callbacks import post as call_back
from tests.support.payments.refunds import proposal

#: A group that is exempt, and asked for on the form.
POOR = "ho-ngheo"
NUMBER = "12/GXN-UBND"
PDF = Paper("x.pdf", b"%PDF-1.4", "application/pdf", ".pdf")


@dataclass
class Office:
    """The people of the office, as the product's verbs want them."""

    reception: User
    handler: User
    signer: User
    cashier: User
    accountants: list[User]


Played = Callable[[Dossier, Office], Any]
Told = Callable[[Tale, datetime], Any]
KINDS: dict[str, tuple[Played, Told]] = {}


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.select_related("agency", "case").get(pk=dossier.pk)


def owed(dossier: Dossier) -> Bill:
    return dossier.bills.get(state="open")


def owed_told(tale: Tale) -> Any:
    return next(bill for bill in tale.bills if bill["state"] == "open")


def played_payment(dossier: Dossier, gateway: str = "vnpay", **changes: Any) -> Payment:
    return pay(owed(dossier), gateway, **changes)


def pay(bill: Bill, gateway: str, **changes: Any) -> Payment:
    payment = checkout.start(bill, gateway, client_ip="14.1.1.1")
    if gateway == "vnpay":
        Client().get("/gateways/vnpay/notify", vnpay_ipn(payment, **changes))
    else:
        call_back(notify_bill(payment, **changes), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    return payment


def told_payment(tale: Tale, at: datetime, gateway: str = "vnpay", amount: int | None = None) -> Any:
    bill = owed_told(tale)
    payment = money.begin(tale, at + timedelta(minutes=1), bill, gateway)
    money.pay(tale, at + timedelta(minutes=2), bill, payment, lag=1, amount=amount)
    return payment


def played_begun(dossier: Dossier, office: Office) -> None:
    if claim_of(dossier):
        exemptions.prove(dossier, actor=office.reception)
    transitions.move(dossier, S.ACCEPTED, actor=office.reception)
    decisions.assign(fresh(dossier), office.handler, Stage.HANDLING, actor=office.reception)
    transitions.move(fresh(dossier), S.IN_PROCESS, actor=office.handler)


def told_begun(tale: Tale, at: datetime) -> datetime:
    desk.accept(tale, at)
    reception, handler = tale.officer(Role.RECEPTION_OFFICER), tale.officer(Role.HANDLING_OFFICER)
    desk.assign(tale, at + timedelta(minutes=1), reception, handler)
    desk.advance(tale, at + timedelta(minutes=2), S.IN_PROCESS, handler)
    return at + timedelta(minutes=10)


def played_done(dossier: Dossier, office: Office) -> None:
    played_begun(dossier, office)
    day = timezone.localdate()
    decisions.record_result(fresh(dossier), number=NUMBER, signed_on=day, signer="x", actor=office.handler)


def told_done(tale: Tale, at: datetime) -> datetime:
    at = told_begun(tale, at)
    desk.record(tale, at, NUMBER)
    return at + timedelta(minutes=10)


def kind(played: Played) -> Callable[[Told], Told]:
    """Register what is told beside what is played."""

    def register(told: Told) -> Told:
        KINDS[told.__name__] = (played, told)
        return told

    return register


def played_hand_over(dossier: Dossier, office: Office) -> None:
    played_payment(dossier)
    played_done(dossier, office)
    release.release(fresh(dossier), officer=office.reception, receiver=Receiver("x", "family"))


@kind(played_hand_over)
def paid_online_and_handed_over(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at)
    desk.hand_over(tale, told_done(tale, at + timedelta(hours=1)))


@kind(lambda dossier, office: played_payment(dossier, "vietinbank"))
def paid_by_transfer(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at, "vietinbank")


def _cash(dossier: Dossier, office: Office) -> None:
    collect.open_shift(office.cashier, dossier.agency, opening_amount=0)
    collect.take(owed(dossier), collect.Taking("cash", 500_000), cashier=office.cashier)


@kind(_cash)
def paid_in_cash(tale: Tale, at: datetime) -> Any:
    money.at_counter(tale, at + timedelta(minutes=5), owed_told(tale), by_card=False)


def _card(dossier: Dossier, office: Office) -> None:
    collect.open_shift(office.cashier, dossier.agency, opening_amount=0)
    bill = owed(dossier)
    collect.take(bill, collect.Taking("pos", bill.amount, f"{bill.pk}"), cashier=office.cashier)


@kind(_card)
def paid_by_card(tale: Tale, at: datetime) -> Any:
    money.at_counter(tale, at + timedelta(minutes=5), owed_told(tale), by_card=True)


def _failed(dossier: Dossier, office: Office) -> None:
    played_payment(dossier, vnp_ResponseCode="51", vnp_TransactionStatus="02", vnp_TransactionNo="0")
    played_payment(dossier)


@kind(_failed)
def paid_at_the_second_try(tale: Tale, at: datetime) -> Any:
    payment = money.begin(tale, at + timedelta(minutes=1), tale.bills[0], "vnpay")
    money.end(tale, at + timedelta(minutes=2), tale.bills[0], payment, "failed")
    told_payment(tale, at + timedelta(minutes=5))


def _twice(dossier: Dossier, office: Office) -> None:
    payment = played_payment(dossier, "vietinbank")
    call_back(notify_bill(payment, transId=f"TXO{payment.pk}", bankTransId=f"O{payment.pk}"), "vietinbank")
    inbox.drain_all()
    _gone_back(payment, office)


def _gone_back(payment: Payment, office: Office) -> None:
    """What is too much goes back by a transfer."""
    case = Discrepancy.objects.get(payment=payment)
    wish = proposal(case.amount, case.amount, "surplus")
    refund = workflow.propose_for_case(case, wish, maker=office.accountants[0])
    workflow.approve(refund, checker=office.accountants[1])
    dispatch.send_due()
    workflow.record_transfer(refund, reference="UNC1", actor=office.accountants[1])


@kind(_twice)
def transferred_twice_and_given_back(tale: Tale, at: datetime) -> Any:
    payment = told_payment(tale, at, "vietinbank")
    money.pay(tale, at + timedelta(minutes=9), tale.bills[0], payment, lag=1)
    _told_gone_back(tale, at, payment)


def _told_gone_back(tale: Tale, at: datetime, payment: Row) -> None:
    case = payment["_discrepancies"][0]
    refund = refunds.propose(tale, at + timedelta(hours=1), case["amount"], RefundReason.SURPLUS, case=case)
    refunds.approve(tale, at + timedelta(hours=2), refund)
    refunds.finish(tale, at + timedelta(hours=3), refund, "UNC1", refund["_other"])


def _too_much(dossier: Dossier, office: Office) -> None:
    amount = dossier.bills.get().amount
    _gone_back(played_payment(dossier, "vietinbank", amount=str(3 * amount)), office)


@kind(_too_much)
def transferred_too_much_and_given_back(tale: Tale, at: datetime) -> Any:
    _told_gone_back(tale, at, told_payment(tale, at, "vietinbank", amount=3 * tale.bills[0]["amount"]))


@kind(lambda dossier, office: played_payment(dossier, "vietinbank", amount="1000"))
def transferred_too_little(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at, "vietinbank", amount=1000)


def _reversed(dossier: Dossier, office: Office) -> None:
    played_hand_over(dossier, office)
    payment = Payment.objects.get(bill__in=dossier.bills.all())
    news = Notification(
        gateway="vnpay",
        event_key="query:reversed",
        merchant_ref=payment.merchant_ref,
        gateway_ref=payment.gateway_ref,
        state=OutcomeState.REVERSED,
        amount=payment.amount,
        currency=None,
        occurred_at=None,
    )
    inbox.receive(news, payment.merchant_account, source=NotificationSource.QUERY)
    inbox.drain_all()


@kind(_reversed)
def taken_back_by_the_bank_after_the_result_was_given_out(tale: Tale, at: datetime) -> Any:
    paid_online_and_handed_over(tale, at)
    money.reverse(tale, at + timedelta(hours=9), tale.bills[0], tale.payments[0])


def _refund(part: int) -> Played:
    def play(dossier: Dossier, office: Office) -> None:
        payment = played_payment(dossier, "vietinbank")
        wish = proposal(payment.amount // part, payment.amount, "collected_in_error")
        refund = workflow.propose_for_payment(payment, wish, maker=office.accountants[0])
        workflow.approve(refund, checker=office.accountants[1])
        dispatch.send_due()
        workflow.record_transfer(refund, reference="UNC1", actor=office.accountants[1])

    return play


def _told_refund(tale: Tale, at: datetime, part: int) -> None:
    payment = told_payment(tale, at, "vietinbank")
    reason, amount = RefundReason.COLLECTED_IN_ERROR, payment["amount"] // part
    refund = refunds.propose(tale, at + timedelta(hours=1), amount, reason, payment=payment)
    refunds.approve(tale, at + timedelta(hours=2), refund)
    refunds.finish(tale, at + timedelta(hours=3), refund, "UNC1", refund["_other"])


@kind(_refund(2))
def partly_given_back(tale: Tale, at: datetime) -> Any:
    _told_refund(tale, at, 2)


@kind(_refund(1))
def wholly_given_back(tale: Tale, at: datetime) -> Any:
    _told_refund(tale, at, 1)


def _refused_refund(dossier: Dossier, office: Office) -> None:
    payment = played_payment(dossier)
    wish = proposal(1000, payment.amount, "collected_in_error", bank_account="")
    refund = workflow.propose_for_payment(payment, wish, maker=office.accountants[0])
    workflow.reject(refund, checker=office.accountants[1])


@kind(_refused_refund)
def a_refund_is_rejected(tale: Tale, at: datetime) -> Any:
    payment = told_payment(tale, at)
    refund = refunds.propose(tale, at + timedelta(hours=1), 1000, RefundReason.COLLECTED_IN_ERROR, payment=payment)
    refunds.reject(tale, at + timedelta(hours=2), refund, "")
