"""What a gateway sends: verified, stored, answered. Nothing else happens before the answer."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from gateways import registry
from gateways.base import Answer, BadSignature, InquiredBill, Malformed, RawRequest, RawResponse

from . import bell, inbox, merchants
from .models import Payment, RejectedNotice
from .states import BillState

logger = logging.getLogger(__name__)

#: Rejected messages kept per gateway and minute: enough to see an attack, too few to fill a disk.
REJECTED_PER_MINUTE = 60


def notify(slug: str, request: RawRequest) -> RawResponse:
    """Take one notice and return the protocol's answer, always in the protocol's own words.

    Raises KeyError for an unknown gateway, NoSuchMerchant when nobody could sign an answer.
    """
    kind = registry.get(slug)
    try:
        account = merchants.account_named(slug, kind.merchant_of(request))
    except Malformed:
        account = None
        reason, answer = "malformed", Answer.MALFORMED
    else:
        reason, answer = "unknown_merchant", Answer.BAD_SIGNATURE
    if account is None:
        return _reject(slug, request, reason, answer)
    adapter = merchants.adapter_for(account)
    try:
        notice = adapter.verify(request)
    except BadSignature:
        _keep_rejected(slug, request, "bad_signature")
        return adapter.answer(request, None, Answer.BAD_SIGNATURE)
    except Malformed:
        _keep_rejected(slug, request, "malformed")
        return adapter.answer(request, None, Answer.MALFORMED)
    try:
        received = inbox.receive(notice, account, request=request)
    except DatabaseError:
        # Not stored is not accepted: the gateway must come again.
        logger.exception("a notice of %s could not be stored", slug)
        return adapter.answer(request, notice, Answer.BUSY)
    if received.is_new:
        bell.ring()
    return adapter.answer(request, notice, received.answer)


def inquire(slug: str, request: RawRequest) -> RawResponse:
    """Tell a bank what is owed for a code. Raises NoSuchMerchant."""
    kind = registry.get(slug)
    try:
        account = merchants.account_named(slug, kind.merchant_of(request))
    except Malformed:
        account = None
    account = account or merchants.any_account(slug)
    if account is None:
        raise NoSuchMerchant(slug)
    return merchants.adapter_for(account).inquire(request, lambda code: _find_bill(slug, code))


class NoSuchMerchant(Exception):
    """The portal has no account at this gateway, so nobody can sign an answer."""


def _find_bill(slug: str, code: str) -> InquiredBill | None:
    payment = Payment.objects.filter(gateway=slug, merchant_ref=code).select_related("bill").first()
    if payment is None:
        return None
    bill = payment.bill
    return InquiredBill(
        code=code,
        amount=bill.amount,
        payer_name=mask_name(bill.payer_name),
        reference=bill.reference,
        is_payable=bill.state == BillState.OPEN and payment.amount == bill.amount,
    )


def mask_name(name: str) -> str:
    """Return a name a stranger may see: "Nguyễn Thị Bình" becomes "N… T… Bình"."""
    words = name.split()
    return " ".join([*(f"{word[0]}…" for word in words[:-1]), *words[-1:]])


def _reject(slug: str, request: RawRequest, reason: str, answer: Answer) -> RawResponse:
    _keep_rejected(slug, request, reason)
    account = merchants.any_account(slug)
    if account is None:
        raise NoSuchMerchant(slug)
    return merchants.adapter_for(account).answer(request, None, answer)


def _keep_rejected(slug: str, request: RawRequest, reason: str) -> None:
    digest = hashlib.sha256(request.body or request.query.encode()).hexdigest()
    logger.warning("rejected notice: %s %s from %s sha256=%s", slug, reason, request.remote_addr, digest)
    since = timezone.now() - timedelta(minutes=1)
    if RejectedNotice.objects.filter(gateway=slug, received_at__gte=since).count() < REJECTED_PER_MINUTE:
        RejectedNotice.objects.create(
            gateway=slug, reason=reason, body_sha256=digest, remote_addr=request.remote_addr[:45]
        )
