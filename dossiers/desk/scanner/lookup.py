"""Finds dossiers by what was scanned or typed."""

from __future__ import annotations

import re
from datetime import date

from agencies.models import Agency
from core.database import name_search
from core.values import codes
from dossiers.desk.access import DeskStaff
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet

_MANY_DESKS = 20
_LEAST_LETTERS = 10


def tidy(text: str) -> str:
    """Return what was typed or sent without what no code, phone or name has; at most 200 letters."""
    return text.replace("\x00", "").strip()[:200]


def one(staff: DeskStaff, text: str, today: date) -> Dossier | None:
    """Return the dossier that a code, today's number or a slip's QR names, if they may see it.

    `H44.14-261123-0001`, `h4414 261123 0001` and, at its own agency on its own day, `1`.
    """
    mine = staff.dossiers()
    token = text.rstrip("/").rsplit("/", 1)[-1]
    if dossier := mine.filter(slip_token=token).first():
        return dossier
    if text.isdecimal() and len(text) <= 4:
        return mine.filter(code__in=_todays(staff, int(text), today)).first()
    return mine.named(text).first() if len(codes.dossier_code(text)) >= _LEAST_LETTERS else None


def _todays(staff: DeskStaff, number: int, today: date) -> list[str]:
    """Codes of one number of today at the agencies somebody works at."""
    if len(staff.works_at) > _MANY_DESKS:
        return []
    identifiers = Agency.objects.filter(pk__in=staff.works_at).exclude(identifier="")
    return [
        f"{identifier}-{today:%y%m%d}-{number:04d}" for identifier in identifiers.values_list("identifier", flat=True)
    ]


def many(staff: DeskStaff, text: str) -> DossierQuerySet:
    """Return the dossiers of a phone number or of a name without accents, in any order of its words."""
    digits = re.sub(r"[\s.+()-]", "", text)
    if digits.isdecimal() and len(digits) >= 9:
        local = digits.removeprefix("84").removeprefix("0")
        return staff.dossiers().filter(owner_phone__in=(f"+84{local}", f"0{local}"))
    if not name_search.is_selective(text):
        return Dossier.objects.none()
    return staff.dossiers().filter(name_search.has_words("owner_search_key", text))
