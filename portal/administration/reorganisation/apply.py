"""Applies a reorganisation in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.models import Agency, AgencySuccession, BeneficiaryAccount, Membership, Reform, User
from payments.merchants import accounts as merchants
from payments.receipts import issue as receipts
from procedures.models import Procedure

from .plan import Plan
from .preview import CLOSED, DryRun, dry_run, ending_contracts, ending_roles

BATCH = 500
_TELL_DOSSIERS = """
INSERT INTO dossiers_dossierevent (dossier_id, kind, amount, note, actor_id, at)
SELECT dossier.id, 'agency_changed', 0, left(%(text)s, 255), %(actor)s, now()
FROM dossiers_dossier dossier
WHERE dossier.agency_id = %(agency)s AND NOT dossier.state = ANY(%(closed)s) ORDER BY dossier.id
"""


class PlanRefused(Exception):
    """The plan cannot be carried out; `problems` say why, in the reader's language."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def carry_out(plan: Plan, *, by: User) -> Reform:
    """Carry a plan out and return its record. Raises PlanRefused, and then nothing has changed.

    Locks the agencies (ids ascending) and checks everything again, so that two reorganisations of
    one agency wait for each other and the second is refused. Touches no bill, payment or
    receipt: money under way lands where it was sent.
    """
    with transaction.atomic(durable=True):
        _lock(plan)
        preview = dry_run(plan)
        if preview.problems:
            raise PlanRefused(preview.problems)
        memory: dict[str, list[Any]] = {"agencies": _end(plan.ending, plan.day), "made": []}
        for successor in plan.successors:
            if successor.pk is None:
                successor.save()
                memory["made"].append(successor.pk)
        reform = _record(plan, preview, by)
        memory["roles"], memory["granted"] = _hand_over_roles(plan)
        memory["contracts"] = _end(ending_contracts(plan), plan.day)
        paid_to = BeneficiaryAccount.objects.filter(agency__in=plan.ending, valid_during__contains=plan.day)
        memory["accounts"] = _end(paid_to, plan.day)
        memory["offers"] = _offer_procedures(plan)
        Reform.objects.filter(pk=reform.pk).update(memory=memory)
        receipts.open_books([successor.pk for successor in plan.successors], plan.day)
        for agency in plan.ending:
            if heir := plan.heirs.get(agency.pk):
                tell_dossiers(agency, f"{agency.name} → {heir.name}, từ {plan.day:%d/%m/%Y}", by)
    merchants.forget()
    return reform


def _lock(plan: Plan) -> None:
    """Lock what exists and take over what others changed since the plan was made."""
    agencies = {agency.pk: agency for agency in [*plan.ending, *plan.successors] if agency.pk}
    for fresh in Agency.objects.select_for_update().filter(pk__in=agencies).order_by("pk"):
        agencies[fresh.pk].valid_during = fresh.valid_during


def _end(rows: Iterable[Any], day: date) -> list[list[Any]]:
    """End dated rows on a day and return [key, first day, day after] of each as it was.

    What would begin later never begins: its time becomes empty.
    """
    row_list = list(rows)
    before = [[row.pk, *map(_as_text, (row.valid_during.lower, row.valid_during.upper))] for row in row_list]
    for row in row_list:
        begins = row.valid_during.lower
        row.valid_during = DateRange(day if begins is not None and begins > day else begins, day)
    if row_list:
        model: type[Model] = type(row_list[0])
        model._default_manager.bulk_update(row_list, ["valid_during"], batch_size=BATCH)
    return before


def _as_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _record(plan: Plan, preview: DryRun, by: User) -> Reform:
    reform = Reform.objects.create(
        day=plan.day,
        legal_basis=plan.legal_basis,
        carried_out_by=by,
        summary={**preview.totals, "ended": len(plan.ending), "successions": len(plan.links)},
    )
    first = {id(link) for link in {link.predecessor.pk: link for link in reversed(plan.links)}.values()}
    AgencySuccession.objects.bulk_create(
        AgencySuccession(
            predecessor=link.predecessor,
            successor=link.successor,
            effective_date=plan.day,
            takes_over=id(link) in first,
            note=link.note,
            reform=reform,
        )
        for link in plan.links
    )
    audit.record(
        "reform",
        f"reform:{reform.pk}",
        actor=by,
        day=plan.day.isoformat(),
        legal_basis=plan.legal_basis,
        links=[[link.predecessor.pk, link.successor.pk] for link in plan.links],
        endings=[agency.pk for agency in plan.endings],
        kept_roles=sorted(plan.kept_roles),
        agency=next(iter(plan.successors), None),
        unfinished=preview.totals,
    )
    for agency in plan.ending:
        heir = plan.heirs.get(agency.pk)
        _note("agency_ended", agency, by, reform, heir=str(heir) if heir else "")
    for agency in plan.successors:
        _note("agency_took_over", agency, by, reform)
    return reform


def _note(act: str, agency: Agency, by: User, reform: Reform, **detail: str) -> None:
    """Let each agency's own log tell what became of it."""
    audit.record(act, f"agency:{agency.pk}", actor=by, agency=agency, name=str(agency), reform=reform.pk, **detail)


def _hand_over_roles(plan: Plan) -> tuple[list[list[Any]], list[int]]:
    """End every role and grant anew those that the plan keeps; whoever has the role there already keeps that.

    Returns the ended ones as they were, and the keys of the new ones.
    """
    ending = list(ending_roles(plan))
    heirs = plan.heirs
    granted = {
        (role.user_id, heirs[role.agency_id].pk, role.role): role.valid_during.upper
        for role in ending
        if role.pk in plan.kept_roles and role.agency_id in heirs
    }
    ended = _end(ending, plan.day)
    held = Membership.objects.filter(agency__in=plan.successors, valid_during__overlap=DateRange(plan.day, None))
    for key in held.values_list("user_id", "agency_id", "role"):
        granted.pop(key, None)
    made = Membership.objects.bulk_create(
        Membership(user_id=user, agency_id=agency, role=role, valid_during=DateRange(plan.day, upper))
        for (user, agency, role), upper in granted.items()
    )
    return ended, [role.pk for role in made]


def _offer_procedures(plan: Plan) -> list[list[int]]:
    """Let successors offer what their predecessors offered; return (agency, procedure) of what is new."""
    Offer = Procedure.agencies.through
    offered: dict[int, list[int]] = {}
    for agency, procedure in Offer.objects.filter(agency__in=[a.pk for a in plan.ending]).values_list(
        "agency_id", "procedure_id"
    ):
        offered.setdefault(agency, []).append(procedure)
    wanted = {
        (link.successor.pk, procedure) for link in plan.links for procedure in offered.get(link.predecessor.pk, [])
    }
    there = Offer.objects.filter(agency__in=[a.pk for a in plan.successors]).values_list("agency_id", "procedure_id")
    new = sorted(wanted - set(there))
    rows = [Offer(agency_id=agency, procedure_id=procedure) for agency, procedure in new]
    Offer.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    return [list(pair) for pair in new]


def tell_dossiers(agency: Agency, text: str, by: User) -> None:
    """Write into the timeline of an agency's open dossiers who goes on with them; the old name stays theirs."""
    values: dict[str, Any] = {"agency": agency.pk, "closed": list(CLOSED), "text": text, "actor": by.pk}
    with connection.cursor() as cursor:
        cursor.execute(_TELL_DOSSIERS, values)
