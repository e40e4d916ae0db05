"""Ways of money that are rarer, done twice: by the product's verbs, and told as a story."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.test import Client
from django.utils import timezone

from devtools.province.stories import corrections, desk, money, refunds
from devtools.province.stories.rare import dead_letters, plots, reallocations
from devtools.province.stories.tale import Tale
from dossiers.models import Dossier
from gateways import http
from gateways.base import GatewayUnavailable, Outcome, OutcomeState
from gateways.vietinbank.statement import write_file
from gateways.vnpay.adapter import Vnpay
from payments import charge_claims, discrepancies, reallocation
from payments.callbacks import dead_letters as quarantine
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.errors import PaymentNotStarted
from payments.models import Discrepancy, Notification, Payment
from payments.models.refunds import RefundReason
from payments.refunds import dispatch, workflow
from payments.settlement import apply as settlement
from payments.settlement import bulk
from payments.states import PaymentState
from payments.status_queries import query
from procedures.calendar import days
from tests.support.factories import CONTRACTS
from tests.support.notifications import vnpay_ipn
from tests.support.payments import statements
from tests.support.payments.refunds import proposal

from .kinds import Office, kind, owed, owed_told, played_hand_over, played_payment, told_done, told_payment


def _claim(dossier: Dossier, office: Office) -> None:
    payment = played_payment(dossier, vnp_ResponseCode="51", vnp_TransactionStatus="02", vnp_TransactionNo="0")
    details = charge_claims.ClaimDetails(payment.amount, timezone.now(), "FT1")
    due_at = days.due_at(timezone.now(), 3, "working_day")
    assert due_at
    with mock.patch.object(query, "check"):  # there is no bank to ask
        case = charge_claims.make(payment, details, due_at=due_at).discrepancy
    discrepancies.close(case, actor=office.accountants[0], resolution="x")
    played_payment(dossier)


@kind(_claim)
def somebody_says_that_money_was_taken(tale: Tale, at: datetime) -> Any:
    bill = owed_told(tale)
    payment = money.begin(tale, at + timedelta(minutes=1), bill, "vnpay")
    money.end(tale, at + timedelta(minutes=2), bill, payment, "failed")
    case = plots.make_claim(tale, at + timedelta(minutes=20), bill, payment)
    corrections.close(tale, at + timedelta(minutes=50), case, "x")
    told_payment(tale, at + timedelta(minutes=60))


def expired(dossier: Dossier, gateway: str = "vnpay") -> Payment:
    payment = checkout.start(owed(dossier), gateway, client_ip="14.1.1.1")
    Payment.objects.filter(pk=payment.pk).update(expires_at=timezone.now())
    query.move_payment(payment, PaymentState.EXPIRED, cause="expiry")
    return payment


def _late(dossier: Dossier, office: Office) -> None:
    Client().get("/gateways/vnpay/notify", vnpay_ipn(expired(dossier)))
    inbox.drain_all()


@kind(_late)
def the_callback_comes_after_the_attempt_ran_out(tale: Tale, at: datetime) -> Any:
    bill = owed_told(tale)
    payment = money.begin(tale, at + timedelta(minutes=1), bill, "vnpay")
    payment["_booked"] = True
    money.expire(tale, bill, payment)
    money.pay(tale, at + timedelta(minutes=9), bill, payment, lag=3600)


def _ran_out(dossier: Dossier, office: Office) -> None:
    expired(dossier)
    played_payment(dossier, "vietinbank")


@kind(_ran_out)
def paid_by_transfer_after_an_attempt_ran_out(tale: Tale, at: datetime) -> Any:
    bill = owed_told(tale)
    money.expire(tale, bill, money.begin(tale, at + timedelta(minutes=1), bill, "vnpay"))
    told_payment(tale, at + timedelta(minutes=50), "vietinbank")


def _by_file(dossier: Dossier, office: Office) -> None:
    payment = checkout.start(owed(dossier), "vietinbank", client_ip="14.1.1.1")
    bank = CONTRACTS["vietinbank"]["bank"]
    row = {
        "recordType": "002",
        "transId": f"TX{payment.pk}",
        "providerId": bank["provider_id"],
        "custCode": payment.merchant_ref,
        "amount": str(payment.amount),
        "currencyCode": "VND",
        "merchantAcctNo": bank["account"],
        "transTime": f"{statements.YESTERDAY:%Y%m%d}093000",
        "status": "00",
        "bankTransId": f"164T{payment.pk}",
    }
    written = f"{timezone.localdate():%Y%m%d}010000"
    statements.match(payment.merchant_account, write_file([row], bank["provider_id"], written, bank["file_key"]))
    inbox.drain_all()


@kind(_by_file)
def settled_by_the_bank_s_file(tale: Tale, at: datetime) -> Any:
    bill = owed_told(tale)
    payment = money.begin(tale, at + timedelta(minutes=1), bill, "vietinbank")
    money.pay(tale, at + timedelta(minutes=9), bill, payment, lag=0, way="statement")


def found_by_asking(payment: Payment) -> None:
    """Let a status query find the money at the bank."""
    found = Outcome(OutcomeState.PAID, payment.amount, f"{payment.pk}", timezone.now())
    with mock.patch.object(Vnpay, "query", return_value=found):
        query.check(payment)
    inbox.drain_all()


def _asked(dossier: Dossier, office: Office) -> None:
    found_by_asking(checkout.start(owed(dossier), "vnpay", client_ip="14.1.1.1"))


@kind(_asked)
def found_when_the_bank_was_asked(tale: Tale, at: datetime) -> Any:
    bill = owed_told(tale)
    payment = money.begin(tale, at + timedelta(minutes=1), bill, "vnpay")
    money.pay(tale, at + timedelta(minutes=2), bill, payment, lag=60, way="query")


def _shut(dossier: Dossier, office: Office) -> None:
    with mock.patch.object(http.Link, "post", side_effect=GatewayUnavailable("vnptpay")), suppress(PaymentNotStarted):
        checkout.start(owed(dossier), "vnptpay", client_ip="14.1.1.1")
    played_payment(dossier)


@kind(_shut)
def the_bank_does_not_take_the_attempt(tale: Tale, at: datetime) -> Any:
    money.refused(tale, at + timedelta(minutes=1), owed_told(tale), "vnptpay")
    told_payment(tale, at + timedelta(minutes=3))


def _moved(dossier: Dossier, office: Office) -> None:
    bill = owed(dossier)
    payment = played_payment(dossier, "vietinbank", amount=str(20 * bill.amount))
    case = Discrepancy.objects.get(payment=payment)
    one, other = office.accountants
    for is_refused in (True, False):
        case.refresh_from_db()
        wish = reallocation.ReallocationRequest([bill.reference], case.remaining_amount, "x", f"{is_refused}")
        move = reallocation.propose(case, wish, maker=one)
        if is_refused:
            reallocation.reject(move, checker=other)
    with mock.patch.object(query, "check"):
        reallocation.approve(move, checker=other)
    case.refresh_from_db()
    wanted = proposal(case.remaining_amount, case.remaining_amount, "surplus")
    refund = workflow.propose_for_case(case, wanted, maker=one)
    workflow.approve(refund, checker=other)
    dispatch.send_due()
    workflow.record_transfer(refund, reference="UNC1", actor=other)


@kind(_moved)
def far_too_much_is_moved_to_the_bill_and_the_rest_given_back(tale: Tale, at: datetime) -> Any:
    bill = owed_told(tale)
    payment = told_payment(tale, at, "vietinbank", amount=20 * bill["amount"])
    case = payment["_discrepancies"][0]
    reallocations.reject(
        tale, at + timedelta(hours=2), reallocations.propose(tale, at + timedelta(hours=1), case, bill)
    )
    move = reallocations.propose(tale, at + timedelta(hours=3), case, bill)
    reallocations.approve(tale, at + timedelta(hours=4), move, bill)
    rest = case["amount"] - case["used_amount"]
    refund = refunds.propose(tale, at + timedelta(hours=5), rest, RefundReason.SURPLUS, case=case)
    refunds.approve(tale, at + timedelta(hours=6), refund)
    refunds.finish(tale, at + timedelta(hours=7), refund, "UNC1", refund["_other"])


def _quarantined(dossier: Dossier, office: Office) -> None:
    payment = checkout.start(owed(dossier), "vnpay", client_ip="14.1.1.1")
    Client().get("/gateways/vnpay/notify", vnpay_ipn(payment))
    letter = Notification.objects.get(merchant_ref=payment.merchant_ref)
    with (
        mock.patch.object(bulk, "settle", side_effect=ValueError("x")),
        mock.patch.object(settlement, "apply", side_effect=ValueError("x")),
    ):
        for _attempt in range(inbox.MAX_ATTEMPTS):
            Notification.objects.filter(pk=letter.pk).update(next_attempt_at=timezone.now())
            inbox.drain(ids=[letter.pk])
    found_by_asking(payment)
    letter.refresh_from_db()
    actor = office.accountants[0]
    quarantine.set_aside(letter, reason="x", actor=actor)
    discrepancies.close(Discrepancy.objects.get(notification=letter), actor=actor, resolution="x")


@kind(_quarantined)
def a_message_could_not_be_worked_off(tale: Tale, at: datetime) -> Any:
    case = dead_letters.not_understood(tale, at + timedelta(minutes=1), owed_told(tale), "vnpay")
    dead_letters.set_aside(tale, at + timedelta(hours=2), case)


def _nothing(dossier: Dossier, office: Office) -> None:
    """It was submitted, and that is all."""


@kind(_nothing)
def exempt(tale: Tale, at: datetime) -> Any:
    """Nothing is owed."""


@kind(played_hand_over)
def exempt_but_sent_by_post(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at)
    desk.hand_over(tale, told_done(tale, at + timedelta(hours=1)))
