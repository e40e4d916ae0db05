"""Bills, payments and receipts in each of their states."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.utils import timezone

from agencies.models import Role
from payments import charge_claims
from payments.callbacks import inbox
from payments.models import Payment, Receipt
from payments.receipts.issue import revise
from payments.refunds import workflow as refunds
from payments.states import PaymentState
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.accounting import surplus
from tests.support.payments.callbacks import post

from .table import STATES, Maker, opened, page_of, paid, state


@state("several together, one paid")
def _(browser: Client) -> str:
    dossiers = [factories.dossier() for _ in range(3)]
    for made in dossiers:
        opened(browser, made)
    paid(factories.payment(of=dossiers[0].bills.get()))
    return "/nop-nhieu-ho-so/"


@state("all together paid")
def _(browser: Client) -> str:
    made = factories.dossier()
    opened(browser, made)
    paid(factories.payment(of=made.bills.get()))
    return "/nop-nhieu-ho-so/"


@state("transfers of several")
def _(browser: Client) -> str:
    of = factories.agency()
    factories.merchant(of, "vietinbank")
    for _ in range(2):
        opened(browser, factories.dossier(of))
    browser.post("/nop-nhieu-ho-so/chuyen-khoan/")
    return "/nop-nhieu-ho-so/chuyen-khoan/"


@state("bill to pay")
def _(browser: Client) -> str:
    bill = factories.bill()
    for gateway in factories.CONTRACTS:
        factories.merchant(bill.agency, gateway)
    return page_of(bill)


@state("bill nobody takes online")
def _(browser: Client) -> str:
    return page_of(factories.bill())


def bill_whose_payment_is(stage: PaymentState) -> Maker:
    """The page of a bill with one attempt in this state."""
    return lambda _browser: page_of(factories.payment(state=stage).bill)


STATES |= {
    f"bill, payment {stage.value}": bill_whose_payment_is(stage)
    for stage in PaymentState
    if stage not in (PaymentState.PAID, PaymentState.REVERSED)
}


@state("bill checking, asked again at a time")
def _(browser: Client) -> str:
    soon = timezone.now() + timedelta(minutes=7)
    return page_of(factories.payment(state=PaymentState.UNKNOWN, next_check_at=soon, checked_at=timezone.now()).bill)


@state("bill paid")
def _(browser: Client) -> str:
    return page_of(paid(factories.payment()))


@state("bill paid twice, surplus on its way back")
def _(browser: Client) -> str:
    case = surplus()
    assert case.bill
    maker = factories.officer(case.agency, Role.ACCOUNTANT)
    refunds.propose_for_case(
        case, refunds.Proposal(150_000, 150_000, "surplus", "k", bank_account="VCB 0123456789"), maker=maker
    )
    return page_of(case.bill)


@state("bill somebody says was charged")
def _(browser: Client) -> str:
    payment = factories.payment(state=PaymentState.FAILED)
    details = charge_claims.ClaimDetails(150_000, timezone.now(), proof=b"a picture")
    charge_claims.make(payment, details, due_at=timezone.now())
    return page_of(payment.bill)


@state("I was charged")
def _(browser: Client) -> str:
    return page_of(factories.payment(state=PaymentState.FAILED).bill, "charged")


def transferring(browser: Client, minutes: int) -> str:
    bill = factories.bill()
    factories.payment(of=bill, gateway="vietinbank", **factories.qr(account="9PT1", purpose="1"))
    Payment.objects.filter(bill=bill).update(expires_at=timezone.now() + timedelta(minutes=minutes))
    return page_of(bill, "transfer")


def after_a_part(name: str) -> Maker:
    """A page of a bill after 100,000 of 150,000 came."""

    def made(_browser: Client) -> str:
        bill = factories.bill()
        payment = factories.payment(of=bill, gateway="vietinbank", **factories.qr(account="9PT1", purpose="1"))
        post(notify_bill(payment, 100_000), "vietinbank")
        inbox.drain_all()
        return page_of(bill, name)

    return made


STATES["bill, a part came"] = after_a_part("bill")
STATES["VietQR, a part came"] = after_a_part("transfer")
STATES["at the counter, a part came"] = after_a_part("pay-at-counter")


@state("bill paid in two parts and too much")
def _(browser: Client) -> str:
    address = after_a_part("bill")(browser)
    payment = Payment.objects.get()
    post(notify_bill(payment, 60_000, transId="TX2", bankTransId="FT2"), "vietinbank")
    inbox.drain_all()
    return address


STATES["VietQR"] = lambda browser: transferring(browser, 20)
STATES["VietQR that is over"] = lambda browser: transferring(browser, -1)


@state("pay at the counter")
def _(browser: Client) -> str:
    return page_of(factories.bill(), "pay-at-counter")


@state("receipt")
def _(browser: Client) -> str:
    return f"/bien-lai/{Receipt.objects.get(bill=paid(factories.payment())).token}/"


def cancelled_receipt() -> Receipt:
    receipt = Receipt.objects.select_related("payment").get(bill=paid(factories.payment()))
    with transaction.atomic():
        revise(receipt.payment, 50_000, "Thu thừa", cause="test")
    return receipt


@state("receipt cancelled and replaced")
def _(browser: Client) -> str:
    return f"/bien-lai/{cancelled_receipt().token}/"


@state("verified")
def _(browser: Client) -> str:
    return f"/xac-minh/{Receipt.objects.get(bill=paid(factories.payment())).full_number}/"


@state("verified as cancelled")
def _(browser: Client) -> str:
    return f"/xac-minh/{cancelled_receipt().full_number}/"
