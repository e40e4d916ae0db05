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
#: A code without the agency's part, as people read it out. Ten digits in a row that begin with 0 are a phone's.
_PART = re.compile(r"(?!0\d{9})(?P<day>\d{6})(?:[\s\-./]{1,3}(?P<short>\d{1,3})|[\s\-./]{0,3}(?P<whole>\d{4}))")


def tidy(text: str) -> str:
    """Return what was typed or sent without what no code, phone or name has; at most 200 letters."""
    return text.replace("\x00", "").strip()[:200]


def one(staff: DeskStaff, text: str, today: date) -> Dossier | None:
    """Return the dossier that a code, today's number or a slip's QR names, if they may see it.

    `H44.14-261123-0001`, `h4414 261123 0001`, at its own agency `261123-0001` and, on its own day, `1`.
    """
    mine = staff.dossiers()
    token = text.rstrip("/").rsplit("/", 1)[-1]
    if dossier := mine.filter(slip_token=token).first():
        return dossier
    if text.isdecimal() and len(text) <= 4:
        return mine.filter(code__in=_codes(staff, int(text), f"{today:%y%m%d}")).first()
    if part := _PART.fullmatch(text):
        of_that_day = list(mine.filter(code__in=_codes(staff, int(part["short"] or part["whole"]), part["day"]))[:2])
        return of_that_day[0] if len(of_that_day) == 1 else None
    return mine.named(text).first() if len(codes.dossier_code(text)) >= _LEAST_LETTERS else None


def _codes(staff: DeskStaff, number: int, day: str) -> list[str]:
    """Codes of one number of a day, as yymmdd, at the agencies somebody works at."""
    if len(staff.works_at) > _MANY_DESKS:
        return []
    identifiers = Agency.objects.filter(pk__in=staff.works_at).exclude(identifier="")
    return [f"{identifier}-{day}-{number:04d}" for identifier in identifiers.values_list("identifier", flat=True)]


def many(staff: DeskStaff, text: str) -> DossierQuerySet:
    """Return the dossiers of a phone number or of a name without accents, in any order of its words."""
    if part := _PART.fullmatch(text):
        return staff.dossiers().filter(code__in=_codes(staff, int(part["short"] or part["whole"]), part["day"]))
    digits = re.sub(r"[\s.+()-]", "", text)
    if digits.isdecimal() and len(digits) >= 9:
        local = digits.removeprefix("84").removeprefix("0")
        return staff.dossiers().filter(owner_phone__in=(f"+84{local}", f"0{local}"))
    if not name_search.is_selective(text):
        return Dossier.objects.none()
    return staff.dossiers().filter(name_search.has_words("owner_search_key", text))
