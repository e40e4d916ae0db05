"""Postal orders: created, paid as a line of their own, handed to the post, delivered or returned."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.models import User
from dossiers.errors import NotPostable
from dossiers.handover.release import put_back
from dossiers.messages.outbox import tell, tell_what_is_due
from dossiers.models import (
    Dossier,
    DossierBill,
    DossierEvent,
    EventKind,
    HandOver,
    PostageRate,
    PostalOrder,
    PostalState,
    PostalZone,
    ReturnMethod,
)
from dossiers.processing.versions import check_seen
from dossiers.states import DossierState
from payments.bills.create import NewLine, create_bill
from payments.models import Bill, FeeKind

#: The province all this is about: postage inside it is cheaper.
HOME = "Phú Thọ"
RATES = settings.PROVINCE_DATA / "postage.csv"
#: Somebody may still decide how the result comes back.
OPEN_STATES = (
    DossierState.SUBMITTED,
    DossierState.ACCEPTED,
    DossierState.SUPPLEMENT,
    DossierState.IN_PROCESS,
    DossierState.FINANCIAL_OBLIGATION,
    DossierState.FINISHED,
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a result goes."""

    receiver_name: str
    receiver_phone: str
    street: str
    commune: str
    province: str


def load_rates(path: Path = RATES) -> None:
    """Load the tariff once; what an administrator changed since stays."""
    if PostageRate.objects.exists():
        return
    with path.open(newline="") as file:
        PostageRate.objects.bulk_create(
            PostageRate(
                zone=row["zone"],
                amount=int(row["amount"]),
                valid_during=DateRange(date.fromisoformat(row["valid_from"]), None),
                source=row["source"],
            )
            for row in csv.DictReader(file)
        )


def zone_of(province: str) -> PostalZone:
    """Return what the price to a province depends on."""
    return PostalZone.PROVINCE if province == HOME else PostalZone.COUNTRY


def rate_to(province: str, day: date) -> PostageRate | None:
    """Return the rate of a day to a province, or None where no tariff was in force."""
    return PostageRate.on(zone_of(province), day)


def postage_to(province: str, day: date) -> int:
    """Return the postage of a day to a province, whole đồng; 0 where no tariff is in force: the postman is paid."""
    rate = rate_to(province, day)
    return rate.amount if rate else 0


def order(dossier: Dossier, address: Address) -> PostalOrder:
    """Write down where the result goes, in the caller's transaction; `bill` asks for the money."""
    made = PostalOrder.objects.create(
        dossier=dossier, postage=postage_to(address.province, timezone.localdate()), **asdict(address)
    )
    DossierEvent.objects.create(dossier=dossier, kind=EventKind.POST_ORDERED)
    return made


def lines_of(dossier: Dossier) -> Sequence[NewLine]:
    """Return the line of postage that has yet to be billed, or none."""
    made = PostalOrder.objects.filter(dossier=dossier, bill=None, postage__gt=0).first()
    if made is None:
        return ()
    rate = rate_to(made.province, timezone.localdate(made.ordered_at))
    line = NewLine(
        code="CUOC-BUU-CHINH",
        kind=FeeKind.POSTAGE,
        description="Cước gửi kết quả qua bưu chính công ích (thu hộ bưu điện)",
        amount=made.postage,
        explanation=f"Gửi đến {made.province}",
        legal_basis=rate.source if rate else "",
        source={"province": made.province, "rate": rate.pk if rate else None},
    )
    return (line,)


def bill(dossier: Dossier) -> None:
    """Ask for postage by a bill of its own where no fee was billed that takes it along. In the caller's transaction."""
    if lines := lines_of(dossier):
        made = create_bill(
            reference=dossier.code,
            agency=dossier.agency,
            payer_name=dossier.owner_name,
            description="Cước gửi kết quả qua bưu chính công ích",
            lines=lines,
        )
        owe(dossier, made)
        PostalOrder.objects.filter(dossier=dossier).update(bill=made)


def owe(dossier: Dossier, made: Bill) -> None:
    """Let a bill just made be one of the dossier's, and say so in its timeline. In the caller's transaction."""
    DossierBill.objects.create(dossier=dossier, bill=made)
    kind = EventKind.FEE_DUE if made.amount else EventKind.FEE_EXEMPT
    DossierEvent.objects.create(dossier=dossier, kind=kind, bill_id=made.pk, amount=made.amount)


def may_choose(dossier: Dossier) -> bool:
    """The result lies or will lie at the desk, nobody has ordered the post, and there is a phone to ask."""
    is_ordered = PostalOrder.objects.filter(dossier=dossier).exists()
    return dossier.state in OPEN_STATES and not is_ordered and bool(dossier.owner_phone)


def choose(dossier: Dossier, address: Address) -> PostalOrder:
    """Let a result that was to be fetched come by post instead, once. Locks the dossier. Raises NotPostable."""
    with transaction.atomic(durable=True):
        locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
        if locked.state not in OPEN_STATES or PostalOrder.objects.filter(dossier=locked).exists():
            raise NotPostable
        made = order(locked, address)
        locked.return_method = ReturnMethod.POST
        locked.save(update_fields=["return_method"])
        if not locked.awaits_amount:  # else the fee's bill takes it along
            bill(locked)
            tell_what_is_due(locked)
    return made


def delivered(dossier: Dossier, *, officer: User) -> None:
    """The post says it has arrived. Locks the order. Raises NotPostable when it is not on its way, DossierMoved."""
    with transaction.atomic(durable=True):
        made = _on_its_way(dossier)
        check_seen(dossier)
        _end(made, PostalState.DELIVERED)
        DossierEvent.objects.create(dossier=dossier, kind=EventKind.POST_DELIVERED, actor=officer)
        audit.record("post_delivered", f"dossier:{dossier.code}", actor=officer, agency=dossier.agency)


def came_back(dossier: Dossier, *, officer: User, reason: str) -> None:
    """The post brought it back: it lies at the desk again (10 → 9) and the citizen is notified.

    Locks the dossier, then the order. Raises NotPostable when it is not on its way, DossierMoved.
    """
    with transaction.atomic(durable=True):
        locked = Dossier.objects.select_for_update(of=("self",)).select_related("agency").get(pk=dossier.pk)
        made = _on_its_way(locked)
        check_seen(dossier)
        _end(made, PostalState.CAME_BACK)
        put_back(locked, HandOver.objects.get(dossier=locked), actor=officer, reason=reason)
        DossierEvent.objects.create(dossier=locked, kind=EventKind.POST_CAME_BACK, actor=officer, note=reason[:255])
        tell(locked, "came_back", f"post:{made.pk}:{locked.taken_back.count()}")
        audit.record("post_came_back", f"dossier:{locked.code}", actor=officer, agency=locked.agency, reason=reason)


def _on_its_way(dossier: Dossier) -> PostalOrder:
    postal_orders = PostalOrder.objects.select_for_update(of=("self",)).filter(
        dossier=dossier, state=PostalState.POSTED
    )
    made = postal_orders.first()
    if made is None:
        raise NotPostable
    return made


def _end(made: PostalOrder, state: PostalState) -> None:
    made.state, made.ended_at = state, timezone.now()
    made.save(update_fields=["state", "ended_at"])
