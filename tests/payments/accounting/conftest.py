"""Somebody with a role, signed in; money that came in; a bank's file."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.models import Agency, Role, User
from payments.callbacks import inbox
from payments.models import Discrepancy, MerchantAccount, Payment
from payments.models.discrepancies import DiscrepancyKind
from tests.payments.callbacks.test_callbacks import post
from tests.payments.reconciliation.test_statements import file_of
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.signing_in import browser_of


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def sign_in(user: User) -> Client:
    return browser_of(user)


def signed_in(of: Agency, role: Role = Role.ACCOUNTANT) -> Client:
    """A browser of somebody new with this role."""
    return sign_in(factories.officer(of, role))


def surplus() -> Discrepancy:
    """A bill paid twice by transfer: one settles it, the other is a case."""
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    post(notify_bill(payment, transId="TXagain", bankTransId=f"AGAIN-{payment.pk}"), "vietinbank")
    inbox.drain_all()
    return Discrepancy.objects.get(kind=DiscrepancyKind.SURPLUS, payment=payment)


def upload(client: Client, account: MerchantAccount, *lines: str, name: str = "saoke.csv") -> Any:
    """Send a file in as the page does and follow to where it leads."""
    values = {"account": account.pk, "file": SimpleUploadedFile(name, file_of(*lines))}
    return client.post("/doi-soat/sao-ke/", values, follow=True)


def said(answer: Any) -> str:
    """Everything on the page that was answered."""
    return str(answer.content.decode())


def paid(payment: Payment) -> Payment:
    """Tell that a transfer came for this payment."""
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    return payment
