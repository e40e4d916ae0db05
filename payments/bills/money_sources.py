"""Through which gateway the money of bills came, as the ledger has it.

An attempt's own amount is what was asked for. A bill may be paid in parts through several
gateways, and by money that came for another bill and was moved to it. Each đồng counts once: at the attempt
through which it came, else (it came for no bill) at the one of the bill it was moved to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, When
from django.utils.translation import gettext as _

from core.values.money import dong_for_reader
from gateways import internal, registry
from payments import test_payments
from payments.models import Discrepancy, LedgerEvent, Notification, Payment, Reallocation
from payments.models.discrepancies import DiscrepancyKind
from payments.settlement import parts
from payments.states import MONEY_IN, OPEN_PAYMENT_STATES, EventKind, PaymentState, ReallocationState

#: No attempt is paid later than that after it was begun: gateways are asked for ninety days.
_LONGEST_ATTEMPT = timedelta(days=91)


def arrivals() -> QuerySet[Any]:
    """Return the events by which money came for bills, each đồng once; `gateway` is the one it came through.

    List, file, overview and report add these up: what is moved from one bill to another came before.
    """
    is_moved = Q(merchant_account__gateway=internal.Moved.slug)
    moved = Reallocation.bills.through.objects.filter(bill=OuterRef("bill"), reallocation__state=ReallocationState.DONE)
    of_nobody = moved.filter(reallocation__discrepancy__payment=None).order_by("-reallocation")
    origin = Subquery(of_nobody.values("reallocation__discrepancy__notification__gateway")[:1])
    through = Case(When(is_moved, then=origin), default=F("merchant_account__gateway"), output_field=CharField())
    events = LedgerEvent.objects.filter(kind__in=MONEY_IN, bill__isnull=False).order_by()
    return events.annotate(gateway=through).filter(gateway__isnull=False)


def with_arrivals() -> Prefetch[Any]:
    """Return what loads the events that brought money as `money_in` of each payment."""
    return Prefetch("events", arrivals(), to_attr="money_in")


def received(payment_ids: Iterable[int]) -> dict[int, int]:
    """Return what came through each attempt, whole đồng; those that brought nothing are left out."""
    events = arrivals().filter(payment__in=list(payment_ids))
    return {pk: total for pk, total in events.values_list("payment").annotate(Sum("amount")) if pk}


def state_in_words(payment: Payment, received: int) -> str:
    """Return the state of an attempt; one whose money came, though not as asked for, waits for the bank no more."""
    if received and payment.state in OPEN_PAYMENT_STATES:
        return _("Tiền đã đến, khác số phải nộp")
    return payment.get_state_display()


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


def settled(start: datetime, end: datetime) -> QuerySet[Payment]:
    """Return the payments that settled bills in a span, without tests: as many as bills, however they were paid.

    Money moved to a bill counts on the day it was moved: before, it was nobody's fee.
    """
    begun = Q(created_at__gte=start - _LONGEST_ATTEMPT, created_at__lt=end + timedelta(days=1))
    payments = Payment.objects.filter(begun, is_applied=True, paid_at__gte=start, paid_at__lt=end)
    return payments.exclude(bill__in=test_payments.bills())


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
