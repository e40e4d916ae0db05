"""Onboarding board of the province: progress of each agency (14/18, 13/13, 94/225 in 2021)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Level, Membership, OnboardingStep, Role
from core.values.percent import percent
from gateways import internal
from payments import test_payments
from payments.models import MerchantAccount, Payment, ReceiptSeries
from payments.receipts.issue import serials_of
from payments.states import PaymentState
from procedures.models import FeeRule, Procedure, ProcedureCase
from procedures.models.procedure import CollectWhen
from procedures.schedules.load import IN_USE

#: What was published on 02/07/2021, two months after the system went live: live of all, by level.
PUBLISHED_2021 = {"departments": (14, 18), "districts": (13, 13), "communes": (94, 225)}
GROUPS: dict[str, tuple[Promise, tuple[Level, ...]]] = {
    "departments": (_("Sở, ban, ngành, trung tâm"), (Level.DEPARTMENT, Level.VERTICAL, Level.CENTRE)),
    "districts": (_("Huyện"), (Level.DISTRICT,)),
    "communes": (_("Xã, phường"), (Level.COMMUNE,)),
}
STEPS: dict[str, Promise] = {
    "agreement": _("Thỏa thuận"),
    "training": _("Tập huấn"),
    "account": _("Hợp đồng cổng"),
    "series": _("Quyển biên lai"),
    "officers": _("Cán bộ"),
    "fees": _("Biểu phí"),
    "tested": _("Thanh toán thử"),
    "paid": _("Đã có người nộp"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """One agency and the steps it has done: `contract` it is paid through, `test_payment` shows that it works."""

    agency: Agency
    done: frozenset[str]
    contract: int | None
    test_payment: int | None

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """Every step in order with whether it is done."""
        return [(step, step in self.done) for step in STEPS]

    @property
    def number_done(self) -> int:
        """How many steps are done."""
        return len(self.done)

    @property
    def is_live(self) -> bool:
        """Somebody has paid online here: what the board counts."""
        return "paid" in self.done


@dataclass(frozen=True, slots=True)
class Group:
    """The agencies of one level that have fees to collect."""

    key: str
    name: Promise
    members: tuple[Progress, ...]

    @property
    def live(self) -> int:
        """How many are live."""
        return sum(member.is_live for member in self.members)

    @property
    def published(self) -> tuple[int, int]:
        """What the province published in 2021."""
        return PUBLISHED_2021[self.key]

    @property
    def bars(self) -> list[tuple[Promise | str, int, int, int]]:
        """The picture: (when, live, of all, percent) now and as published."""
        rows = ((_("Ngày đã chọn"), self.live, len(self.members)), (_("Công bố 02/07/2021"), *self.published))
        return [(when, live, every, percent(live, every)) for when, live, every in rows]


def board(day: date) -> list[Group]:
    """Return the groups with the agencies that exist on a day and offer something with a fee.

    Eleven queries, however many agencies there are.
    """
    collecting = set(
        Procedure.agencies.through.objects.filter(procedure__in=with_fees()).values_list("agency_id", flat=True)
    )
    agencies = list(Agency.objects.existing_on(day).filter(pk__in=collecting).order_by("name"))
    members = _progress(agencies, day)
    return [
        Group(
            key,
            name,
            tuple(member for member in members if member.agency.level in levels),
        )
        for key, (name, levels) in GROUPS.items()
    ]


def progress_of(agency: Agency, day: date) -> Progress:
    """Return how far one agency is on a day."""
    return _progress([agency], day)[0]


def _progress(agencies: list[Agency], day: date) -> list[Progress]:
    contracts = _contracts(agencies, day)
    passed = test_payments.passed([agency.pk for agency in agencies]).filter(bill__settled_at__date__lte=day)
    tried: dict[int, int] = dict(passed.order_by("pk").values_list("bill__agency_id", "pk"))
    done = _done(agencies, day)
    for step, having in (("account", contracts), ("tested", tried)):
        for agency_id in having:
            done[agency_id].add(step)
    return [
        Progress(agency, frozenset(done[agency.pk]), contracts.get(agency.pk), tried.get(agency.pk))
        for agency in agencies
    ]


def with_fees() -> Any:
    """Return the procedures somebody pays for."""
    return ProcedureCase.objects.exclude(collect_when=CollectWhen.NONE).values("procedure")


def _done(agencies: Iterable[Agency], day: date) -> dict[int, set[str]]:
    """Return agency → steps done; each step is one or two queries over all of them."""
    ids = [agency.pk for agency in agencies]
    done: dict[int, set[str]] = defaultdict(set)
    for agency_id, step in OnboardingStep.objects.filter(agency__in=ids, day__lte=day).values_list("agency", "step"):
        done[agency_id].add(step)
    series = ReceiptSeries.objects.filter(agency__in=ids, serial__in=serials_of(day))
    paid = Payment.objects.filter(bill__agency__in=ids, state=PaymentState.PAID, paid_at__date__lte=day).exclude(
        Q(gateway__in=internal.SLUGS) | Q(bill__in=test_payments.bills())
    )
    for step, rows in (("series", series), ("officers", working(ids, day))):
        for agency_id in rows.order_by().values_list("agency_id", flat=True).distinct():
            done[agency_id].add(step)
    for agency_id in paid.order_by().values_list("bill__agency_id", flat=True).distinct():
        done[agency_id].add("paid")
    for agency_id in _fully_priced(ids, day):
        done[agency_id].add("fees")
    return done


def working(ids: list[int], day: date) -> QuerySet[Membership]:
    """Return the roles of those who serve people at agencies."""
    serving = (Role.RECEPTION_OFFICER, Role.CASHIER)
    return Membership.objects.filter(agency__in=ids, role__in=serving, valid_during__contains=day)


def _contracts(agencies: Iterable[Agency], day: date) -> dict[int, int]:
    """Return agency → the first contract of its own or of the nearest one above it."""
    contracts = MerchantAccount.objects.filter(is_enabled=True, valid_during__contains=day)
    in_force = contracts.exclude(gateway__in=internal.SLUGS).order_by("-position", "-pk")
    signed: dict[int, int] = dict(in_force.values_list("agency_id", "pk"))
    above = dict(Agency.objects.values_list("pk", "parent_id"))
    first_contracts = {}
    for agency in agencies:
        seen: set[int] = set()
        current: int | None = agency.pk
        while current is not None and current not in seen:
            if current in signed:
                first_contracts[agency.pk] = signed[current]
                break
            seen.add(current)
            current = above.get(current)
    return first_contracts


def _fully_priced(ids: list[int], day: date) -> set[int]:
    """Return those whose procedures with a fee all have a price on the day."""
    return set(ids) - set(unpriced(ids, day).values_list("agency_id", flat=True))


def unpriced(ids: list[int], day: date) -> QuerySet[Any]:
    """Return what is offered for a fee and has no price on the day, as pairs of agency and procedure."""
    priced = FeeRule.objects.filter(schedule__state__in=IN_USE, schedule__valid_during__contains=day).values(
        "schedule__procedure"
    )
    offers = Procedure.agencies.through.objects.filter(agency__in=ids, procedure__in=with_fees())
    return offers.exclude(procedure__in=priced)


def onboarding(request: HttpRequest) -> HttpResponse:
    """Show the board of a day (`?ngay=YYYY-MM-DD`, today by default)."""
    if not request.user.has_perm("agencies.view_onboardingstep"):
        raise PermissionDenied
    try:
        day = date.fromisoformat(request.GET.get("ngay", ""))
    except ValueError:
        day = timezone.localdate()
    context = {
        **admin.site.each_context(request),
        "title": _("Triển khai nộp phí trực tuyến"),
        "groups": board(day),
        "day": day,
        "steps": STEPS.values(),
        "may_try": request.user.has_perm("payments.change_merchantaccount"),
    }
    return TemplateResponse(request, "portal/administration/onboarding/onboarding.html", context)
