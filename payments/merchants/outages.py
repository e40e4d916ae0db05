"""Outages of gateways: recorded by the circuit breaker, or announced by a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from payments.models import MerchantAccount, Outage

#: Maintenance is shown to payers from this long before it begins.
ANNOUNCED_BEFORE = timedelta(hours=24)
#: What is published, and what a person reads first.
LOOK_BACK = timedelta(days=90)


def begin(account: MerchantAccount, error: object) -> None:
    """The breaker opened; later failures belong to the same outage. Inside the caller's transaction."""
    Outage.objects.get_or_create(
        merchant_account=account,
        is_planned=False,
        ended_at=None,
        defaults={"began_at": timezone.now(), "reason": str(error)[:255]},
    )


def end(account: MerchantAccount) -> None:
    """The gateway answers again."""
    under_way = Outage.objects.filter(merchant_account=account, is_planned=False, ended_at=None)
    under_way.update(ended_at=timezone.now())


def announce(account: MerchantAccount, began_at: datetime, ended_at: datetime, *, reason: str, actor: User) -> Outage:
    """Plan maintenance: no new payment goes there meanwhile, and it is shown to payers from a day before."""
    with transaction.atomic(durable=True):
        planned = Outage.objects.create(
            merchant_account=account,
            is_planned=True,
            began_at=began_at,
            ended_at=ended_at,
            reason=reason[:255],
            announced_by=actor,
        )
        audit.record(
            "maintenance_announced",
            f"merchant:{account.pk}",
            actor=actor,
            agency=account.agency,
            began_at=began_at.isoformat(),
            ended_at=ended_at.isoformat(),
            reason=reason,
        )
    return planned


def cut_short(planned: Outage, *, actor: User) -> None:
    """End maintenance now; one that has not begun is called off and keeps no time."""
    with transaction.atomic(durable=True):
        outage = Outage.objects.select_for_update().select_related("merchant_account__agency").get(pk=planned.pk)
        now = timezone.now()
        if not outage.is_planned or outage.ended_at is None or outage.ended_at <= now:
            return
        outage.ended_at = max(now, outage.began_at)
        outage.save(update_fields=["ended_at"])
        account = outage.merchant_account
        audit.record("maintenance_ended", f"merchant:{account.pk}", actor=actor, agency=account.agency)


def next_pause() -> Subquery:
    """Return, for a query of contracts, when the announced maintenance that is on or comes within a day begins."""
    now = timezone.now()
    planned = Outage.objects.filter(
        merchant_account=OuterRef("pk"), is_planned=True, ended_at__gt=now, began_at__lt=now + ANNOUNCED_BEFORE
    )
    return Subquery(planned.order_by("began_at").values("began_at")[:1])
