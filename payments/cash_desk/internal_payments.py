"""Books money that no bank reports: a payment and a notification through the inbox."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, User
from gateways.base import Notification as GatewayNotification
from gateways.base import OutcomeState
from payments.callbacks import inbox
from payments.models import Bill, LedgerEvent, MerchantAccount, Notification, Payment
from payments.models.notifications import NotificationSource
from payments.settlement import apply as settlement
from payments.states import EventKind, PaymentState


def create(bill: Bill, gateway: str, *, prefix: str, actor: User) -> Payment:
    """Create the payment of a bill the caller has locked. `prefix` begins its reference."""
    now = timezone.now()
    payment = Payment.objects.create(
        bill=bill,
        merchant_account=_account(gateway, bill.agency),
        gateway=gateway,
        merchant_ref=f"{prefix}{timezone.localdate(now):%y%m%d}{secrets.token_hex(6).upper()}",
        amount=bill.amount,
        state=PaymentState.SENT,
        expires_at=now,
    )
    for kind, after in ((EventKind.PAYMENT_CREATED, PaymentState.CREATED), (EventKind.PAYMENT_SENT, PaymentState.SENT)):
        LedgerEvent.objects.create(kind=kind, bill=bill, payment=payment, after=after, cause=gateway, actor=actor)
    return payment


def _account(gateway: str, agency: Agency) -> MerchantAccount:
    """Return the contract an agency has with itself, which exists from its first payment on."""
    return MerchantAccount.objects.get_or_create(
        gateway=gateway,
        merchant_id=f"{gateway}-{agency.pk}",
        defaults={"agency": agency, "valid_during": DateRange(timezone.localdate(), None)},
    )[0]


def tell(
    payment: Payment,
    source: NotificationSource,
    *,
    reference: str,
    facts: Mapping[str, object],
    amount: int = 0,
    event_key: str = "",
) -> int:
    """Put the notification that the money is there into the inbox; return its id. `amount` where it is not all.

    `reference` is unique within the contract; `event_key` where it is not so among all contracts of the gateway.
    """
    notification = GatewayNotification(
        gateway=payment.gateway,
        event_key=event_key or reference,
        merchant_ref=payment.merchant_ref,
        gateway_ref=reference,
        state=OutcomeState.PAID,
        amount=amount or payment.amount,
        currency="VND",
        occurred_at=timezone.now(),
        facts=facts,
    )
    return inbox.receive(notification, payment.merchant_account, source=source).notification_id


def settle(notification_ids: Sequence[int]) -> None:
    """Apply these notifications in the caller's transaction, before whoever caused them looks up."""
    notifications = Notification.objects.select_related("merchant_account").select_for_update(of=("self",))
    settlement.apply(list(notifications.filter(pk__in=notification_ids).order_by("pk")))
