"""What banks have said about the attempts to pay for a dossier, in words for who asked them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.values.money import dong_for_reader
from dossiers.models import Dossier
from gateways import internal
from payments.states import PaymentState

from .money import attempts_of

#: Attempts that are told of, newest first: of older ones the page has its table.
MOST = 3
_SAID: dict[str, Promise] = {
    PaymentState.CREATED: gettext_lazy("%(gateway)s: chưa nhận được tiền."),
    PaymentState.SENT: gettext_lazy("%(gateway)s: chưa nhận được tiền, người nộp còn nộp được."),
    PaymentState.UNKNOWN: gettext_lazy("%(gateway)s: chưa trả lời rõ tiền đã về hay chưa. Đừng thu lần nữa."),
    PaymentState.PAID: gettext_lazy("%(gateway)s: đã nhận tiền."),
    PaymentState.FAILED: gettext_lazy("%(gateway)s: không nhận được tiền, giao dịch không thành công."),
    PaymentState.CANCELLED: gettext_lazy("%(gateway)s: không nhận được tiền, người nộp đã hủy."),
    PaymentState.EXPIRED: gettext_lazy("%(gateway)s: không nhận được tiền, lần nộp đã hết hạn."),
    PaymentState.REVERSED: gettext_lazy("%(gateway)s: đã thu hồi tiền, phải nộp lại."),
}


def answers(dossier: Dossier) -> str:
    """Return a sentence for each of the newest attempts through a bank. Reads `bills`."""
    said = []
    for payment, name, came in attempts_of(dossier):
        if payment.gateway in internal.SLUGS:
            continue
        if came:
            amounts = {"gateway": name, "amount": dong_for_reader(came)}
            said.append(_("%(gateway)s: đã nhận %(amount)s, không đúng số phải nộp.") % amounts)
        else:
            said.append(str(_SAID[payment.state]) % {"gateway": name})
    return " ".join(said[:MOST])
