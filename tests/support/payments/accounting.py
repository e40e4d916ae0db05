"""The accounting pages: who is signed in, what is uploaded, what a page says."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.models import Agency, Role, User
from payments.callbacks import inbox
from payments.models import Discrepancy, MerchantAccount, Payment, Statement
from payments.models.discrepancies import DiscrepancyKind
from payments.reconciliation import matching
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.statements import file_of, line
from tests.support.signing_in import browser_of


def sign_in(user: User) -> Client:
    return browser_of(user)


def signed_in(of: Agency, role: Role = Role.ACCOUNTANT) -> Client:
    """A browser of somebody new with this role."""
    return sign_in(factories.officer(of, role))


def surplus() -> Discrepancy:
    """A bill paid twice by transfer: one settles it, the other is a case."""
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    post(notify_bill(payment, transId=f"TXagain{payment.pk}", bankTransId=f"AGAIN-{payment.pk}"), "vietinbank")
    inbox.drain_all()
    return Discrepancy.objects.get(kind=DiscrepancyKind.SURPLUS, payment=payment)


def upload(client: Client, account: MerchantAccount, *lines: str, name: str = "saoke.csv") -> Any:
    """Send a file in as the page does and follow to where it leads."""
    values = {"account": account.pk, "file": SimpleUploadedFile(name, file_of(*lines))}
    return client.post("/doi-soat/sao-ke/", values, follow=True)


def countersign(client: Client, statement: Statement, **body: str) -> Any:
    """Send a file on as its uploader, and confirm it as another accountant; return what that one is answered."""
    path = f"/doi-soat/sao-ke/{statement.pk}/"
    client.post(f"{path}gui-xac-nhan/", body)
    return signed_in(statement.merchant_account.agency).post(f"{path}xac-nhan/", body, follow=True)


def said(answer: Any) -> str:
    """Everything on the page that was answered."""
    return str(answer.content.decode())


def paid(payment: Payment) -> Payment:
    """Tell that a transfer came for this payment."""
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    return payment


def two_proposals(agency: Any) -> Statement:
    """A file with two transfers whose text names an open bill, and one nobody knows."""
    account = factories.merchant(agency, "vietinbank")
    names = {41_000: "H44.14-261123-0041", 42_000: "H44.14-261123-0042"}
    bills = [factories.bill(amount, of=agency, reference=name) for amount, name in names.items()]
    texts = [line(f"B{bill.amount}", bill.amount, "", f"nop {bill.reference.replace('-', ' ')}") for bill in bills]
    client = signed_in(agency)
    upload(client, account, *texts, line("B9", 9_000))
    statement = Statement.objects.latest("pk")
    countersign(client, statement)
    matching.work_due()
    return statement
