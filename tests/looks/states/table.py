"""The table of states, and what their makers share.

A maker gets a browser of its own (Django's client, whose cookies Chromium takes over) and returns the address. `!`
before the name: the page's form is then sent empty, and what is looked at is the answer with its error summary.
"""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from dossiers.models import Dossier
from payments.callbacks import inbox
from payments.models import Bill, Payment
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

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
