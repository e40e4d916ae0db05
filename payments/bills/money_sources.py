"""Through which gateway the money of bills came, as the ledger has it.

An attempt's own amount is what was asked for. A bill may be paid in parts through several
gateways, and by money that came for another bill and was moved to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, Q, Sum

from core.values.money import dong_for_reader
from gateways import internal, registry
from payments.models import Discrepancy, LedgerEvent, Notification, Payment, Reallocation
from payments.models.discrepancies import DiscrepancyKind
from payments.settlement import parts
from payments.states import MONEY_IN, EventKind, PaymentState, ReallocationState

#: The events that brought money, as `money_in` of each payment.
MONEY_IN_EVENTS = Prefetch("events", LedgerEvent.objects.filter(kind__in=MONEY_IN), to_attr="money_in")


def received(payment_ids: Iterable[int]) -> dict[int, int]:
    """Return what came through each attempt, whole đồng; those that brought nothing are left out."""
    events = LedgerEvent.objects.filter(payment__in=list(payment_ids), kind__in=MONEY_IN).order_by()
    return {pk: total for pk, total in events.values_list("payment").annotate(Sum("amount")) if pk}


def ways(payments: Sequence[Payment]) -> dict[str, Any]:
    """Return how often money came through attempts that settled or still hold it, and through which gateways.

    Several ways are named each with what came by it.
    """
    kept = [payment.pk for payment in payments if payment.state != PaymentState.REVERSED]
    events = LedgerEvent.objects.filter(payment__in=kept, kind__in=MONEY_IN).order_by("pk")
    rows = list(events.values_list("payment__gateway", "amount"))
    sums: Counter[str] = Counter()
    for gateway, amount in rows:
        sums[gateway or ""] += amount
    names = {gateway: registry.name_of(gateway) for gateway in sums}
    parted = ", ".join(f"{names[gateway]} {dong_for_reader(amount)}" for gateway, amount in sums.items())
    return {"payment_count": len(rows), "paid_by": parted if len(sums) > 1 else "".join(names.values())}


def is_online() -> Q:
    """Return the condition on a payment that settled a bill: its money did not come over the counter.

    Moved money is online where it came in online. What parts of both make is the last one's.
    """
    moved = Reallocation.bills.through.objects.filter(reallocation__state=ReallocationState.DONE)
    over_the_counter = Q(reallocation__discrepancy__notification__gateway=internal.Counter.slug)
    from_online = moved.exclude(over_the_counter).values("bill")
    return ~Q(gateway__in=internal.SLUGS) | Q(gateway=internal.Moved.slug, bill__in=from_online)


def is_composed() -> Q:
    """Return the condition on a payment of whose bill not all money needs to have come through its own gateway."""
    in_parts = Discrepancy.objects.filter(kind=DiscrepancyKind.SHORT, used_amount__gt=0, bill__isnull=False)
    return Q(gateway=internal.Moved.slug) | Q(bill__in=in_parts.values("bill"))


def of_settled(payments: Sequence[Payment]) -> dict[int, Mapping[str, int]]:
    """Return how the amount of each payment that settled its bill is made up: gateway → whole đồng, by payment."""
    events = list(
        LedgerEvent.objects.filter(payment__in=payments, kind=EventKind.SURPLUS_USED, cause=parts.CAUSE).values_list(
            "payment", "cause_id", "amount"
        )
    )
    gateways = dict(
        Notification.objects.filter(pk__in=[int(pk) for _p, pk, _a in events if pk.isdecimal()]).values_list(
            "pk", "gateway"
        )
    )
    made_up: dict[int, Counter[str]] = defaultdict(Counter)
    for payment_id, cause_id, amount in events:
        gateway = gateways.get(int(cause_id)) if cause_id.isdecimal() else None
        if payment_id and gateway:
            made_up[payment_id][gateway] += amount
    origins = _origins([payment.bill_id for payment in payments if payment.gateway == internal.Moved.slug])
    for payment in payments:
        own = origins.get(payment.bill_id, payment.gateway)
        made_up[payment.pk][own] += payment.amount - made_up[payment.pk].total()
    return {payment.pk: made_up[payment.pk] for payment in payments}


def _origins(bill_ids: Sequence[int]) -> dict[int, str]:
    """Return through which gateway money came that was moved to bills."""
    if not bill_ids:
        return {}
    moved = Reallocation.bills.through.objects.filter(
        bill__in=bill_ids,
        reallocation__state=ReallocationState.DONE,
        reallocation__discrepancy__notification__isnull=False,
    )
    return dict(moved.values_list("bill", "reallocation__discrepancy__notification__gateway"))
