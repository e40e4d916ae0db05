"""Sets and bills an amount that depends on an examination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from dossiers.messages.outbox import tell_what_is_due
from dossiers.models import Dossier
from dossiers.processing.versions import check_seen
from dossiers.submission.submit import bill_quote
from procedures.fees import Facts, Quote, quote, with_amounts
from procedures.schedules.load import rules_for


def day_of(dossier: Dossier) -> date:
    """Return the day whose rules hold for a dossier: the one on which it came in."""
    return timezone.localdate(dossier.submitted_at)


def quote_of(dossier: Dossier) -> Quote:
    """Quote a dossier again by the rules of the day it came in. Raises FeeUnknown."""
    day = day_of(dossier)
    return quote(rules_for(dossier.case, day, dossier.agency), facts_of(dossier), day)


def facts_of(dossier: Dossier, groups: Iterable[str] | None = None) -> Facts:
    """Return what the fee of a dossier was computed from; for other `groups` than those claimed, where given."""
    kept = dossier.facts
    return Facts(
        dossier.channel,
        kept.get("quantities", {}),
        frozenset(kept.get("groups", ()) if groups is None else groups),
        applicant=kept.get("applicant", "individual"),
        area=kept.get("area", ""),
        is_late=kept.get("is_late", False),
    )


def determine(dossier: Dossier, amounts: Mapping[str, int], *, officer: User, reason: str) -> None:
    """Set the open amounts (line code → đồng) once and make the bill.

    Locks the dossier. Raises ValueError when the amounts are not those awaited, so a
    second officer cannot set them again; FeeUnknown when the rules are gone; DossierMoved.
    """
    with transaction.atomic(durable=True):
        locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
        check_seen(dossier)
        if not locked.awaits_amount:
            raise ValueError("nothing is to be determined")
        quoted = with_amounts(quote_of(locked), amounts)
        locked.facts = {**locked.facts, "undetermined": []}
        locked.save(update_fields=["facts"])
        bill_quote(locked, quoted)
        tell_what_is_due(locked)
        audit.record(
            "fee_determined",
            f"dossier:{locked.code}",
            actor=officer,
            agency=locked.agency,
            amounts=dict(amounts),
            reason=reason,
        )
