"""The pages of citizens in every state they come in: a name, and how it is made; each for a browser of its own.

A maker gets that browser (Django's client, whose cookies Chromium takes over) and returns the address. `!` before
the name: the page's form is then sent empty, and what is looked at is the answer with its error summary.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import Role
from dossiers.models import Attachment, Dossier, NoticeKind, PostageRate
from dossiers.processing.decisions import give_notice
from dossiers.states import DossierState as S
from payments import charge_claims
from payments.callbacks import inbox
from payments.models import Bill, Outage, Payment, Receipt
from payments.receipts.issue import revise
from payments.refunds import workflow as refunds
from payments.states import PaymentState
from procedures.models import Procedure
from tests.support import factories
from tests.support.citizens import BINH, citizen, owned
from tests.support.notifications import confirm
from tests.support.payments.accounting import surplus
from tests.support.payments.callbacks import post
from tests.support.signing_in import BACKEND
from tests.support.submitting import asking, begun, filled, picture

Maker = Callable[[Client], str]
STATES: dict[str, Maker] = {}


def state(name: str) -> Callable[[Maker], Maker]:
    """Enter a maker into the table."""

    def entered(maker: Maker) -> Maker:
        STATES[name] = maker
        return maker

    return entered


def at(path: str) -> Maker:
    """A page that is there for everybody."""
    return lambda _browser: path


STATES |= {
    "start": at("/"),
    "procedures, none": at("/thu-tuc/"),
    "nothing found": at("/thu-tuc/?q=xyzzy+bang+laii"),
    "filtered": at("/thu-tuc/?danh-cho=cong-dan&q=chung+thuc"),
    "guide": at("/huong-dan/"),
    "glossary": at("/huong-dan/tu-dung/"),
    "counters": at("/huong-dan/quay/"),
    "no counter": at("/huong-dan/quay/?q=xyzzy"),
    "figures without money": at("/thong-ke/"),
    "style page": at("/thiet-ke/"),
    "messages": at("/tin-nhan/"),
    "verify": at("/xac-minh/"),
    "a receipt nobody issued": at("/xac-minh/BP-26T-9999999/"),
    "look up": at("/tra-cuu/"),
    "!look up": at("/tra-cuu/"),
    "a code sent": at("/tra-cuu/gui-ma/"),
    "!a code sent": at("/tra-cuu/gui-ma/"),
    "go on": at("/nop-ho-so/dien-tiep/"),
    "!go on": at("/nop-ho-so/dien-tiep/"),
    "no dossiers together": at("/nop-nhieu-ho-so/"),
    "!no dossiers together": at("/nop-nhieu-ho-so/"),
    "mine, nobody": at("/ho-so-cua-toi/"),
    "VNeID failed": at("/tai-khoan/3rdparty/login/error/"),
    "VNeID declined": at("/tai-khoan/3rdparty/login/cancelled/"),
}


def opened(browser: Client, dossier: Dossier, tail: str = "") -> str:
    """Open a dossier as its slip does."""
    browser.get(f"/giay-hen/{dossier.slip_token}/")
    return f"/ho-so/{dossier.code}/{tail}"


def paid(payment: Payment) -> Bill:
    """Let the bank say that the money came."""
    post(confirm(payment))
    inbox.drain_all()
    return payment.bill


def page_of(bill: Bill, name: str = "bill") -> str:
    return reverse(name, args=[bill.token])


@state("procedures")
def _(browser: Client) -> str:
    for _number in range(3):
        asking(factories.agency())
    return "/thu-tuc/"


@state("a counter")
def _(browser: Client) -> str:
    return f"/huong-dan/quay/{factories.agency().pk}/"


@state("a poster")
def _(browser: Client) -> str:
    return f"/huong-dan/quay/{factories.agency().pk}/ap-phich/"


@state("figures")
def _(browser: Client) -> str:
    paid(factories.payment(of=factories.dossier().bills.get()))
    return "/thong-ke/"


@state("maintenance ahead, under way and over")
def _(browser: Client) -> str:
    now, of = timezone.now(), factories.agency()
    for gateway, begins, ends in (("vnptpay", 1, 3), ("momo", -1, 1), ("vnpay", -5, -4)):
        Outage.objects.create(
            merchant_account=factories.merchant(of, gateway),
            is_planned=True,
            began_at=now + timedelta(hours=begins),
            ended_at=now + timedelta(hours=ends),
            reason="Nâng cấp máy chủ",
        )
    return "/tinh-trang/"


@state("a procedure")
def _(browser: Client) -> str:
    return f"/thu-tuc/{asking(factories.agency()).procedure.code}/"


@state("a procedure without price or place")
def _(browser: Client) -> str:
    factories.case()
    return f"/thu-tuc/{Procedure.objects.latest('pk').code}/"


@state("handing in: who")
def _(browser: Client) -> str:
    return f"/nop-ho-so/{asking(factories.agency()).slug}/"


STATES["!handing in: who"] = STATES["handing in: who"]


@state("handing in: what about")
def _(browser: Client) -> str:
    return f"/ho-so-nhap/{begun(browser, asking(factories.agency())).code}/noi-dung/"


STATES["!handing in: what about"] = STATES["handing in: what about"]


@state("handing in: papers, one refused")
def _(browser: Client) -> str:
    of = factories.agency()
    draft = filled(browser, asking(of), of)
    Attachment.objects.create(
        draft=draft, requirement="Giấy chứng sinh", name="x.exe", size=5, state="refused", refusal="type"
    )
    return f"/ho-so-nhap/{draft.code}/giay-to/"


@state("handing in: papers, none")
def _(browser: Client) -> str:
    of = factories.agency()
    draft = filled(browser, asking(of), of)
    draft.attachments.all().delete()
    return f"/ho-so-nhap/{draft.code}/giay-to/"


STATES["!handing in: papers, none"] = STATES["handing in: papers, none"]


@state("handing in: read again")
def _(browser: Client) -> str:
    of = factories.agency()
    return f"/ho-so-nhap/{filled(browser, asking(of), of).code}/xem-lai/"


@state("handed in just now")
def _(browser: Client) -> str:
    of = factories.agency()
    answer = browser.post(f"/ho-so-nhap/{filled(browser, asking(of), of).code}/xem-lai/")
    return answer.headers["Location"]


def dossier_in(stage: S) -> Maker:
    """The page of a dossier that stands there."""
    return lambda browser: opened(browser, factories.dossier(state=stage))


STATES |= {f"dossier {stage.name.lower().replace('_', ' ')}": dossier_in(stage) for stage in S}


@state("dossier without a fee")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(amount=0))


@state("dossier paid, finished, late and looked at")
def _(browser: Client) -> str:
    made = factories.dossier(state=S.FINISHED)
    made.received_at, made.due_at = timezone.now() - timedelta(days=9), timezone.now() - timedelta(days=2)
    made.save()
    paid(factories.payment(of=made.bills.get()))
    audit.record("view", f"dossier:{made.code}", actor=factories.officer(made.agency), agency=made.agency)
    return opened(browser, made)


@state("dossier refused with a reason")
def _(browser: Client) -> str:
    made = factories.dossier()
    give_notice(made, NoticeKind.REFUSAL, actor=factories.officer(made.agency), reason="Không thuộc thẩm quyền")
    return opened(browser, made)


@state("papers asked for")
def _(browser: Client) -> str:
    made = factories.dossier()
    officer = factories.officer(made.agency)
    give_notice(made, NoticeKind.SUPPLEMENT, actor=officer, reason="Ảnh bị mờ", items="Giấy chứng sinh")
    address = opened(browser, made, "bo-sung/")
    browser.post(f"{address}them/", {"files": [picture()]})
    return address


@state("withdraw")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(), "rut/")


@state("my data")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(), "du-lieu/")


@state("erase my data")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(state=S.RETURNED), "xoa-du-lieu/")


@state("by post")
def _(browser: Client) -> str:
    PostageRate.objects.create(zone="province", amount=30_000, valid_during=factories.FOREVER, source="x")
    return opened(browser, factories.dossier(), "buu-dien/")


STATES["!by post"] = STATES["by post"]


@state("mine, nothing yet")
def _(browser: Client) -> str:
    browser.force_login(citizen("025085000101"), backend=BACKEND)
    return "/ho-so-cua-toi/"


@state("mine, owing and paid")
def _(browser: Client) -> str:
    paid(factories.payment(of=owned(BINH).bills.get()))
    owned(BINH)
    browser.force_login(citizen(BINH), backend=BACKEND)
    return "/ho-so-cua-toi/"


@state("signing out")
def _(browser: Client) -> str:
    browser.force_login(citizen("025085000102"), backend=BACKEND)
    return "/tai-khoan/logout/"


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
