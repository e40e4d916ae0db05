"""Deep links that open a bank's app with a transfer filled in (VietQR), as data.

Not every app fills everything in (OCB, ACB, BIDV, VietinBank and MB do), so pages always offer the
QR, the account and the memo to copy as well. Source: vietqr.io/changelog, 2024-05 to 2026-07.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from gateways.codecs import vietqr
from payments.models import Payment

_ADDRESS = "https://dl.vietqr.io/pay"
#: App of the payer's bank → its name.
_APPS = {
    "icb": "VietinBank iPay",
    "bidv": "BIDV SmartBanking",
    "vcb": "Vietcombank",
    "vba": "Agribank Plus",
    "mb": "MB Bank",
    "tcb": "Techcombank",
    "acb": "ACB ONE",
    "ocb": "OCB OMNI",
}
#: The receiving bank by its BIN: as these links write it, and as people call it.
_BANKS = {
    "970405": ("vba", "Agribank"),
    "970415": ("icb", "VietinBank"),
    "970418": ("bidv", "BIDV"),
    "970422": ("mb", "MB"),
    "970436": ("vcb", "Vietcombank"),
}


@dataclass(frozen=True, slots=True)
class BankApp:
    """A bank's app and the address that opens it."""

    name: str
    url: str


def bank_name(payment: Payment) -> str:
    """Return the receiving bank's name, to choose it from the list of one's own bank; its BIN if we know no name."""
    number = str(payment.qr_details["bank_bin"])
    return _BANKS[number][1] if number in _BANKS else number


def qr_text(payment: Payment, amount: int) -> str:
    """Return the VietQR of an attempt for what is still missing, whole đồng: less than its sum when a part has come."""
    details = payment.qr_details
    if amount == payment.amount:
        return payment.qr_text
    return vietqr.build(vietqr.Transfer(details["bank_bin"], details["account"], amount, details["purpose"]))


def links(payment: Payment, amount: int, back: str) -> list[BankApp]:
    """Return the apps that can pay a VietQR of so much, each with its link; `back` is where they return to."""
    details = payment.qr_details
    bank = _BANKS.get(details["bank_bin"])
    if bank is None:
        return []
    values = {
        "ba": f"{details['account']}@{bank[0]}",
        "am": amount,
        "tn": details["purpose"],
        "bn": details["account_name"],
        "url": back,
    }
    return [BankApp(name, f"{_ADDRESS}?{urlencode({'app': app, **values})}") for app, name in _APPS.items()]
