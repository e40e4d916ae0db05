"""Finds dossiers by what was scanned or typed."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import Q

from agencies.models import Agency
from core.database import name_search
from core.values import codes, identity
from dossiers.desk.access import DeskStaff
from dossiers.desk.worklists import OPEN_STATES
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet

_MANY_DESKS = 20
_LEAST_LETTERS = 10
#: A code without the agency's part, as people read it out. Ten digits in a row that begin with 0 are a phone's.
_PART = re.compile(r"(?!0\d{9})(?P<day>\d{6})(?:[\s\-./]{1,3}(?P<short>\d{1,3})|[\s\-./]{0,3}(?P<whole>\d{4}))")
#: Fewer digits at the end of a phone are half the office's.
_END_OF_PHONE = re.compile(r"\d{6,8}")
#: The number of a paper: an identity card's, a passport's.
_DOCUMENT = re.compile(r"(?=[A-Z]{0,19}\d)[A-Z0-9]{6,20}")


def tidy(text: str) -> str:
    """Return what was typed or sent without what no code, phone or name has; at most 200 letters."""
    return text.replace("\x00", "").strip()[:200]


def one(staff: DeskStaff, text: str, today: date) -> Dossier | None:
    """Return the dossier that a code, a number of today, a slip's QR, a phone or a paper's number names alone.

    `H44.14-261123-0001`, `h44.14 26ll23 1`, at its own agency `261123-0001` and, where no other day has it, `1`.
    """
    mine = staff.dossiers()
    token = text.rstrip("/").rsplit("/", 1)[-1]
    if dossier := mine.filter(slip_token=token).first():
        return dossier
    if len(codes.dossier_code(text)) >= _LEAST_LETTERS and (dossier := mine.named(text).first()):
        return dossier
    exact = _by_number(staff, text, today)
    if exact is None:
        exact = _by_phone_or_paper(staff, text)
    alone = list(exact[:2]) if exact is not None else []
    return alone[0] if len(alone) == 1 else None


def many(staff: DeskStaff, text: str, today: date) -> DossierQuerySet:
    """Return the dossiers of a number, a phone or its end, a paper, or a name without accents in any order."""
    for by in (_by_number(staff, text, today), _by_phone_or_paper(staff, text)):
        if by is not None and by.exists():
            return by
    digits = re.sub(r"[\s.]", "", text)
    if _END_OF_PHONE.fullmatch(digits):
        return _at_desks(staff).filter(owner_phone__endswith=digits)
    if not name_search.is_selective(text):
        return Dossier.objects.none()
    return staff.dossiers().filter(name_search.has_words("owner_search_key", text))


def _by_number(staff: DeskStaff, text: str, today: date) -> DossierQuerySet | None:
    """Return those of a day and a number, or of a number alone: today's, and what of other days is still open."""
    written = codes.part_of_code(text)
    if part := _PART.fullmatch(written):
        return staff.dossiers().filter(code__in=_codes(staff, int(part["short"] or part["whole"]), part["day"]))
    if not written.isdecimal() or len(written) > 4:
        return None
    number = f"{int(written):04d}"
    is_todays = Q(code__in=_codes(staff, int(written), f"{today:%y%m%d}"))
    return _at_desks(staff).filter(is_todays | Q(code__endswith=f"-{number}", state__in=OPEN_STATES))


def _by_phone_or_paper(staff: DeskStaff, text: str) -> DossierQuerySet | None:
    """Return those whose owner has this whole phone number, or a paper of this whole number."""
    number, phone = (re.sub(r"[\s.+()-]", "", codes.tidy(each)) for each in (text, codes.part_of_code(text)))
    if not _DOCUMENT.fullmatch(number):
        return None
    has = Q(owner_identity_key__in=identity.search_keys(number))
    if phone.isdecimal() and len(phone) >= 9:
        local = phone.removeprefix("84").removeprefix("0")
        has |= Q(owner_phone__in=(f"+84{local}", f"0{local}"))
    return staff.dossiers().filter(has)


def _at_desks(staff: DeskStaff) -> DossierQuerySet:
    """Return the dossiers of the agencies somebody works at: who sees a whole province does not search it by ends."""
    return staff.dossiers().of_agencies(staff.works_at if len(staff.works_at) <= _MANY_DESKS else ())


def _codes(staff: DeskStaff, number: int, day: str) -> list[str]:
    """Codes of one number of a day, as yymmdd, at the agencies somebody works at."""
    if len(staff.works_at) > _MANY_DESKS:
        return []
    identifiers = Agency.objects.filter(pk__in=staff.works_at).exclude(identifier="")
    return [f"{identifier}-{day}-{number:04d}" for identifier in identifiers.values_list("identifier", flat=True)]
