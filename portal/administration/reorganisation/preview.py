"""Preview of a reorganisation: counts and obstacles. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from agencies.models import Agency, BeneficiaryAccount, Level, Membership
from dossiers.models import Dossier
from dossiers.states import DossierState
from gateways import internal
from payments.models import ApiClient, Bill, CashShift, MerchantAccount, Payment
from payments.states import OPEN_PAYMENT_STATES, BillState
from procedures.models import FeeSchedule
from procedures.schedules.load import IN_USE

from .plan import Plan

#: Nobody works on these any more.
CLOSED = (DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.RETURNED)


@dataclass(frozen=True, slots=True)
class Row:
    """One agency that ends, its heir, and what is unfinished there."""

    agency: Agency
    heir: Agency | None
    dossiers: int
    bills: int
    payments: int
    roles: int
    contracts: int

    @property
    def is_unfinished(self) -> bool:
        """Somebody must take this over."""
        return bool(self.dossiers or self.bills or self.payments)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen: rows to read, problems that forbid it, warnings that do not."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def totals(self) -> dict[str, int]:
        """The sums of the rows, for the foot of the table and the record."""
        names = ("dossiers", "bills", "payments", "roles", "contracts")
        return {name: sum(getattr(row, name) for row in self.rows) for name in names}


def dry_run(plan: Plan) -> DryRun:
    """Count everything a plan touches, in a number of queries that does not grow with it."""
    ids = [agency.pk for agency in plan.ending]
    open_bills = Bill.objects.filter(agency__in=ids, state=BillState.OPEN)
    in_flight = Payment.objects.filter(bill__agency__in=ids, state__in=OPEN_PAYMENT_STATES)
    dossiers = _count(Dossier.objects.filter(agency__in=ids).exclude(state__in=CLOSED))
    bills, payments = _count(open_bills), _count(in_flight, "bill__agency")
    roles, contracts = _count(ending_roles(plan)), _count(ending_contracts(plan))
    rows = tuple(
        Row(
            agency=agency,
            heir=plan.heirs.get(agency.pk),
            dossiers=dossiers[agency.pk],
            bills=bills[agency.pk],
            payments=payments[agency.pk],
            roles=roles[agency.pk],
            contracts=contracts[agency.pk],
        )
        for agency in plan.ending
    )
    return DryRun(rows, tuple(_problems(plan, rows)), tuple(_warnings(plan, ids)))


def ending_roles(plan: Plan) -> QuerySet[Membership]:
    """Return the roles that end with their agencies."""
    return Membership.objects.filter(_lives_after(plan.day), agency__in=[agency.pk for agency in plan.ending])


def ending_contracts(plan: Plan) -> QuerySet[MerchantAccount]:
    """Return the contracts that take no new payments from the day on; the cash desks are no contracts."""
    contracts = MerchantAccount.objects.filter(_lives_after(plan.day), agency__in=[a.pk for a in plan.ending])
    return contracts.exclude(gateway__in=internal.SLUGS)


def _lives_after(day: date) -> Q:
    # An empty time has no end either.
    return Q(valid_during__isempty=False) & (Q(valid_during__endswith=None) | Q(valid_during__endswith__gt=day))


def _count(rows: QuerySet[Any], path: str = "agency") -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(path).annotate(number=Count("pk"))))


def _problems(plan: Plan, rows: tuple[Row, ...]) -> list[str]:
    ending = {agency.pk for agency in plan.ending}
    problems = []
    for agency in plan.ending:
        if plan.day not in agency.valid_during or plan.day == agency.valid_during.lower:
            problems.append(_("%(agency)s không tồn tại trước ngày sắp xếp.") % {"agency": agency})
        elif agency.valid_during.upper is not None:
            message = _("%(agency)s đã có ngày kết thúc %(day)s.")
            problems.append(message % {"agency": agency, "day": f"{agency.valid_during.upper:%d/%m/%Y}"})
    for successor in plan.successors:
        if successor.pk in ending:
            problems.append(_("%(agency)s vừa kết thúc vừa kế thừa: hãy tạo đơn vị mới.") % {"agency": successor})
        elif plan.day not in successor.valid_during:
            problems.append(_("%(agency)s không tồn tại vào ngày sắp xếp.") % {"agency": successor})
    for row in rows:
        if row.is_unfinished and row.heir is None:
            problems.append(_("%(agency)s còn việc dở dang: cần đơn vị kế thừa.") % {"agency": row.agency})
    children = Agency.objects.filter(_lives_after(plan.day), parent__in=ending).exclude(pk__in=ending)
    for child in children.select_related("parent"):
        message = _("%(child)s còn trực thuộc %(agency)s: đổi cơ quan cấp trên hoặc đưa vào cùng đợt.")
        problems.append(message % {"child": child, "agency": child.parent})
    return list(dict.fromkeys(problems))


def _warnings(plan: Plan, ids: list[int]) -> list[str]:
    warnings = []
    existing = [successor.pk for successor in plan.successors if successor.pk]
    has_account = set(
        BeneficiaryAccount.objects.filter(agency__in=existing, valid_during__contains=plan.day).values_list(
            "agency_id", flat=True
        )
    )
    lacking = [successor for successor in plan.successors if successor.pk not in has_account]
    if lacking:
        message = _("%(number)d đơn vị kế thừa chưa có tài khoản thụ hưởng riêng: %(names)s.")
        warnings.append(message % {"number": len(lacking), "names": _first_names(lacking)})
    if orphans := [each for each in plan.successors if each.parent_id is None and each.level != Level.PROVINCE]:
        message = _("%(number)d đơn vị kế thừa chưa có cơ quan cấp trên, không dùng được hợp đồng của tỉnh: %(names)s.")
        warnings.append(message % {"number": len(orphans), "names": _first_names(orphans)})
    if unpaid := _without_contract(plan, ids):
        message = _("%(number)d đơn vị kế thừa không có hợp đồng cổng thanh toán, của mình hay cấp trên: %(names)s.")
        warnings.append(message % {"number": len(unpaid), "names": _first_names(unpaid)})
    for shift in CashShift.objects.filter(agency__in=ids, closed_at=None).select_related("agency"):
        warnings.append(_("%(agency)s còn ca thu tiền mặt đang mở: đóng ca trước ngày đó.") % {"agency": shift.agency})
    own_prices = FeeSchedule.objects.filter(agency__in=ids, state__in=IN_USE)
    for schedule in own_prices.select_related("agency", "procedure"):
        message = _("Biểu phí riêng %(schedule)s của %(agency)s không áp dụng cho đơn vị kế thừa.")
        warnings.append(message % {"schedule": schedule, "agency": schedule.agency})
    for client in ApiClient.objects.filter(agencies__in=ids, is_active=True).distinct():
        warnings.append(_("Hệ thống kết nối “%(name)s” cần được cho phép ở đơn vị kế thừa.") % {"name": client})
    return warnings


def _without_contract(plan: Plan, ending: list[int]) -> list[Agency]:
    """Return the successors whose citizens could pay through no gateway from the day on."""
    contracts = MerchantAccount.objects.filter(is_enabled=True, valid_during__contains=plan.day)
    served = set(contracts.exclude(gateway__in=internal.SLUGS).values_list("agency_id", flat=True)) - set(ending)
    parents = dict(Agency.objects.values_list("pk", "parent_id"))
    return [each for each in plan.successors if not served & _chain(each, parents)]


def _chain(agency: Agency, parents: Mapping[int, int | None]) -> set[int]:
    """Return the keys of an agency, saved or not, and of those above it."""
    chain: set[int] = {agency.pk} if agency.pk else set()
    above = agency.parent_id
    while above is not None and above not in chain:
        chain.add(above)
        above = parents.get(above)
    return chain


def _first_names(agencies: list[Agency], most: int = 5) -> str:
    names = ", ".join(str(agency) for agency in agencies[:most])
    return names if len(agencies) <= most else f"{names}…"
