"""Handles a callback: verify, store, answer. Nothing else happens before the answer."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from core.background import wakeup
from gateways import registry
from gateways.base import (
    Answer,
    BadSignature,
    Gateway,
    GatewayMissing,
    InquiredBill,
    Malformed,
    Notification,
    RawRequest,
    RawResponse,
    WrongRecipient,
)
from payments.bills.holds import hold_reason
from payments.merchants import accounts as merchants
from payments.models import Payment
from payments.models.notifications import RejectionReason

from . import inbox, rejected

logger = logging.getLogger(__name__)


def notify(slug: str, request: RawRequest) -> RawResponse:
    """Take one notification and return the protocol's answer, always in the protocol's own words.

    Raises NoSuchMerchant when nobody could sign an answer, GatewayMissing.
    """
    kind = _adapter_class(slug)
    try:
        account = merchants.account_named(slug, _merchant_in(kind, request))
    except Malformed:
        return _reject(slug, request, RejectionReason.MALFORMED, Answer.MALFORMED)
    if account is None:
        return _reject(slug, request, _why_not_ours(slug, request), Answer.BAD_SIGNATURE)
    adapter = merchants.adapter_for(account)
    try:
        notification = _without_nul(adapter.verify(request))
    except BadSignature:
        rejected.keep(slug, request, RejectionReason.BAD_SIGNATURE)
        return adapter.answer(request, None, Answer.BAD_SIGNATURE)
    except Malformed as error:
        is_misdirected = isinstance(error, WrongRecipient)
        reason = RejectionReason.WRONG_RECIPIENT if is_misdirected else RejectionReason.MALFORMED
        rejected.keep(slug, request, reason)
        return adapter.answer(request, None, Answer.MALFORMED)
    try:
        received = inbox.receive(notification, account, request=request)
    except DatabaseError:
        # Not stored is not accepted: the gateway must come again.
        logger.exception("a notification of %s could not be stored", slug)
        return adapter.answer(request, notification, Answer.BUSY)
    if received.is_new:
        wakeup.notify_worker()
    return adapter.answer(request, notification, received.answer)


def refuse(slug: str, request: RawRequest) -> RawResponse:
    """Refuse a message nobody could read, in the protocol's words; who sent it is kept.

    Raises NoSuchMerchant when nobody could sign an answer, GatewayMissing.
    """
    _adapter_class(slug)
    return _reject(slug, request, RejectionReason.MALFORMED, Answer.MALFORMED)


def inquire(slug: str, request: RawRequest) -> RawResponse:
    """Answer a bank's inquiry: what is owed for a code. Raises NoSuchMerchant, GatewayMissing."""
    kind = _adapter_class(slug)
    try:
        account = merchants.account_named(slug, _merchant_in(kind, request))
    except Malformed:
        account = None
    account = account or merchants.any_account(slug)
    if account is None:
        raise NoSuchMerchant(slug)
    return merchants.adapter_for(account).inquire(request, lambda code: _find_bill(slug, code))


def _merchant_in(kind: type[Gateway], request: RawRequest) -> str:
    """Return the merchant id a message names, of which nothing is verified yet. Raises Malformed."""
    merchant = kind.merchant_of(request)
    if "\0" in merchant:
        raise Malformed("NUL in the merchant id")
    return merchant


def _without_nul(notification: Notification) -> Notification:
    """Return a notification whose identities can be stored; its facts are cleaned by the inbox. Raises Malformed."""
    identities = (
        notification.event_key,
        notification.merchant_ref,
        notification.gateway_ref,
        notification.account,
        notification.currency or "",
    )
    if "\0" in "".join(identities):
        raise Malformed("NUL in an identity")
    return notification


class NoSuchMerchant(Exception):
    """The portal has no account at this gateway, so nobody can sign an answer."""


def _adapter_class(slug: str) -> type[Gateway]:
    """Return the adapter class. Raises GatewayMissing, NoSuchMerchant when it is missing and nobody needs it."""
    try:
        return registry.get(slug)
    except GatewayMissing as error:
        if merchants.any_account(slug):
            raise
        raise NoSuchMerchant(slug) from error


def _find_bill(slug: str, code: str) -> InquiredBill | None:
    payment = Payment.objects.filter(gateway=slug, merchant_ref=code).select_related("bill").first()
    if payment is None:
        return None
    bill = payment.bill
    return InquiredBill(
        code=code,
        amount=bill.missing_amount,
        payer_name=mask_name(bill.payer_name),
        reference=bill.reference,
        is_payable=bill.missing_amount > 0 and payment.amount == bill.amount and not hold_reason(bill),
    )


def mask_name(name: str) -> str:
    """Return a name a stranger may see: "Nguyễn Thị Bình" becomes "N… T… Bình", a lone "Bình" "B…"."""
    words = name.split()
    if len(words) == 1:
        return f"{name.strip()[0]}…"
    return " ".join([*(f"{word[0]}…" for word in words[:-1]), *words[-1:]])


def _why_not_ours(slug: str, request: RawRequest) -> RejectionReason:
    """A merchant we do not know: did our bank say so, by the keys of a contract of ours, or a stranger?"""
    account = merchants.any_account(slug)
    try:
        if account:
            merchants.adapter_for(account).verify(request)
    except WrongRecipient:
        return RejectionReason.WRONG_RECIPIENT
    except (BadSignature, Malformed):
        pass
    return RejectionReason.UNKNOWN_MERCHANT


def _reject(slug: str, request: RawRequest, reason: RejectionReason, answer: Answer) -> RawResponse:
    rejected.keep(slug, request, reason)
    account = merchants.any_account(slug)
    if account is None:
        raise NoSuchMerchant(slug)
    return merchants.adapter_for(account).answer(request, None, answer)
