"""Reverts a reorganisation in one transaction.

Nothing moved when it was carried out, so nothing has to move back: dossiers and bills are where they
were, and money that came meanwhile stays booked. What successors did in between keeps their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.models import Agency, AgencySuccession, BeneficiaryAccount, Membership, Reform, User
from dossiers.models import Dossier
from payments.merchants import accounts as merchants
from payments.models import Bill, MerchantAccount
from procedures.models import Procedure

from .apply import PlanRefused, tell_dossiers

_NEVER = DateRange(empty=True)


def obstacles(reform: Reform) -> list[str]:
    """Return why a reorganisation cannot be taken back, in the reader's language; empty when it can."""
    if reform.taken_back_at:
        return [_("Đợt sắp xếp này đã hủy.")]
    if not reform.memory:
        return [_("Đợt sắp xếp này không do trang này thực hiện.")]
    reasons = []
    links = AgencySuccession.objects.filter(reform=reform).select_related("successor")
    successors = {link.successor_id: link.successor for link in links}.values()
    for agency in Agency.objects.filter(pk__in=_keys(reform, "agencies")):
        if agency.valid_during.upper != reform.day:
            reasons.append(_("%(agency)s đã có ngày kết thúc khác.") % {"agency": agency})
    for successor in successors:
        if successor.valid_during.upper is not None:
            reasons.append(_("%(agency)s đã được sắp xếp tiếp.") % {"agency": successor})
    for made in Agency.objects.filter(pk__in=reform.memory["made"]):
        dossiers, bills = Dossier.objects.filter(agency=made).count(), Bill.objects.filter(agency=made).count()
        if dossiers or bills:
            message = _("%(agency)s đã tiếp nhận %(dossiers)d hồ sơ, lập %(bills)d khoản thu: hãy sáp nhập ngược lại.")
            reasons.append(message % {"agency": made, "dossiers": dossiers, "bills": bills})
        if made.children.exists():
            reasons.append(_("%(agency)s đã có đơn vị trực thuộc.") % {"agency": made})
    return reasons


def take_back(reform: Reform, *, by: User, reason: str) -> Reform:
    """Undo a reorganisation, before its day or after it. Raises PlanRefused, and then nothing has changed.

    Locks the reorganisation, then its agencies (ids ascending). What somebody changed since (a role ended
    earlier, a contract signed anew) stays as they made it.
    """
    with transaction.atomic(durable=True):
        locked = Reform.objects.select_for_update().get(pk=reform.pk)
        touched = [*_keys(locked, "agencies"), *locked.memory.get("made", [])]
        list(Agency.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
        if problems := obstacles(locked):
            raise PlanRefused(tuple(problems))
        names = {
            link.predecessor_id: link.successor.name
            for link in locked.successions.filter(takes_over=True).select_related("successor")
        }
        locked.successions.all().delete()
        # First those that were made: they may have taken over a code.
        Agency.objects.filter(pk__in=locked.memory["made"]).update(valid_during=_NEVER)
        Membership.objects.filter(pk__in=locked.memory["granted"]).update(valid_during=_NEVER)
        for name, model in (
            ("agencies", Agency),
            ("roles", Membership),
            ("contracts", MerchantAccount),
            ("accounts", BeneficiaryAccount),
        ):
            _restore(model, locked.memory[name], locked.day)
        for agency_id, procedure_id in locked.memory["offers"]:
            Procedure.agencies.through.objects.filter(agency=agency_id, procedure=procedure_id).delete()
        for agency in Agency.objects.filter(pk__in=names):
            tell_dossiers(agency, f"{names[agency.pk]} → {agency.name}, hủy sắp xếp từ {locked.day:%d/%m/%Y}", by)
        locked.taken_back_at, locked.taken_back_by = timezone.now(), by
        locked.save(update_fields=["taken_back_at", "taken_back_by"])
        audit.record("reform_taken_back", f"reform:{locked.pk}", actor=by, day=locked.day.isoformat(), reason=reason)
    merchants.forget()
    return locked


def _keys(reform: Reform, name: str) -> list[int]:
    return [row[0] for row in reform.memory.get(name, [])]


def _restore(model: type[Model], before: Sequence[Sequence[Any]], day: date) -> None:
    """Give rows the time they had, as far as they still have the one that it gave them."""
    were = {key: [date.fromisoformat(edge) if edge else None for edge in edges] for key, *edges in before}
    rows: list[Any] = list(model._default_manager.filter(pk__in=were))
    unchanged = [row for row in rows if row.valid_during.isempty or row.valid_during.upper == day]
    for row in unchanged:
        row.valid_during = DateRange(*were[row.pk])
    if unchanged:
        model._default_manager.bulk_update(unchanged, ["valid_during"], batch_size=500)
