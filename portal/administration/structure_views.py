"""The agencies on any day: hierarchy, predecessors, successors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.authorization import sees_everything
from agencies.models import Agency, AgencySuccession, Level
from core.values.text import fold


@dataclass(frozen=True, slots=True)
class Node:
    """One agency with those under it, by level; `before` and `after` are whom it came from and what becomes of it."""

    agency: Agency
    before: tuple[AgencySuccession, ...]
    after: tuple[AgencySuccession, ...]
    groups: tuple[tuple[str, tuple[Node, ...]], ...]


def tree(day: date, wanted: str = "") -> list[Node]:
    """Return the agencies of a day from the top; with `wanted` those whose name or code holds it, side by side.

    Two queries. Who is under an agency of another day (its successor is there already, or
    not yet) stands under the province of this day.
    """
    agencies = list(Agency.objects.existing_on(day).order_by("name"))
    before: dict[int, list[AgencySuccession]] = defaultdict(list)
    after: dict[int, list[AgencySuccession]] = defaultdict(list)
    links = AgencySuccession.objects.select_related("predecessor", "successor").order_by("effective_date", "pk")
    for link in links:
        (before[link.successor_id] if link.effective_date <= day else after[link.predecessor_id]).append(link)
    there = {agency.pk for agency in agencies}
    top = next((agency.pk for agency in agencies if agency.level == Level.PROVINCE), None)
    under: dict[int | None, list[Agency]] = defaultdict(list)
    for agency in agencies:
        above = agency.parent_id if agency.parent_id in there else top
        under[None if agency.pk == top else above].append(agency)

    def node(agency: Agency) -> Node:
        own = under[agency.pk]
        groups = ((str(level.label), tuple(node(one) for one in own if one.level == level)) for level in Level)
        filled = tuple((label, nodes) for label, nodes in groups if nodes)
        return Node(agency, tuple(before[agency.pk]), tuple(after[agency.pk]), filled)

    if wanted:
        matching = [agency for agency in agencies if fold(wanted) in agency.search_key]
        return [Node(one, tuple(before[one.pk]), tuple(after[one.pk]), ()) for one in matching]
    return [node(agency) for agency in under[None]]


def turning_points() -> list[date]:
    """Return the days on which something changed or will change, the latest first."""
    days = AgencySuccession.objects.order_by("-effective_date").values_list("effective_date", flat=True)
    return list(days.distinct())


def structure(request: HttpRequest) -> HttpResponse:
    """Show the tree of a day (`?ngay=YYYY-MM-DD`, today by default; `?q=` finds one)."""
    if not request.user.has_perm("agencies.view_agency"):
        raise PermissionDenied
    try:
        day = date.fromisoformat(request.GET.get("ngay", ""))
    except ValueError:
        day = timezone.localdate()
    wanted = request.GET.get("q", "").strip()[:100]
    context = {
        **admin.site.each_context(request),
        "title": _("Cơ cấu tổ chức"),
        "day": day,
        "wanted": wanted,
        "nodes": tree(day, wanted),
        "turning_points": turning_points(),
        "may_open": sees_everything(request.user),
    }
    return TemplateResponse(request, "portal/administration/structure.html", context)
