"""Papers that say who somebody is: căn cước, passport, residence card; each number read tolerantly and checked.

A căn cước number has its rules (`identity`). Numbers of other papers are given by other states or series, so they are
only held to what every such number has: five to twenty Latin letters and digits, three of them digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .identity import clean_identity_number, doubts
from .language import is_english
from .text import fold


class DocumentKind(TextChoices):
    """What somebody shows. Who has no card yet (a child) writes the personal number of the birth certificate."""

    CCCD = "cccd", gettext_lazy("Căn cước, căn cước công dân")
    PASSPORT = "passport", gettext_lazy("Hộ chiếu")
    PERMANENT = "permanent", gettext_lazy("Thẻ thường trú")
    TEMPORARY = "temporary", gettext_lazy("Thẻ tạm trú")
    ORIGIN = "origin", gettext_lazy("Giấy chứng nhận căn cước")
    CMND = "cmnd", gettext_lazy("Chứng minh nhân dân (9 số)")
    OTHER = "other", gettext_lazy("Giấy tờ khác")


#: Papers of twelve digits that Viet Nam gives its citizens and people of Vietnamese origin.
NATIONAL = frozenset({DocumentKind.CCCD, DocumentKind.ORIGIN})
#: Where the number alone does not say whose state gave it.
FOREIGN = frozenset({DocumentKind.PASSPORT, DocumentKind.PERMANENT, DocumentKind.TEMPORARY})
_UNWANTED = re.compile(r"[\s.\-–—/\u00a0\u200b]")
_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
_FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Document:
    """One paper. `country` is the state it names, ISO 3166 in two letters, "" where the kind says it."""

    kind: DocumentKind
    number: str
    country: str = ""

    def __str__(self) -> str:
        """Say it in words: "Hộ chiếu (Đức): C01X00T47"."""
        return f"{self.kind_in_words}: {self.number}"

    @property
    def without_tail(self) -> str:
        """Say it in words without its last four characters, which are read from the paper in hand."""
        return f"{self.kind_in_words}: {self.number[:-4]}••••"

    @property
    def kind_in_words(self) -> str:
        """The paper without its number: "Hộ chiếu (Đức)"."""
        state = f" ({country_name(self.country)})" if self.country else ""
        return f"{self.kind.label}{state}"


def read_document(kind: str, number: str, country: str = "") -> Document:
    """Return the paper somebody wrote down. Raises ValidationError with the code "number" or "country".

    Nine digits under the name of a căn cước are an old CMND: people call both by one name.
    """
    chosen = DocumentKind(kind or DocumentKind.CCCD)
    written = _UNWANTED.sub("", number).upper()
    if chosen in NATIONAL | {DocumentKind.CMND}:
        digits = clean_identity_number(written)
        if chosen == DocumentKind.CCCD and len(digits) == 9:
            chosen = DocumentKind.CMND
        elif len(digits) != (9 if chosen == DocumentKind.CMND else 12):
            message = _("Số này có %(count)s chữ số, không phải của loại giấy tờ bạn chọn.") % {"count": len(digits)}
            raise ValidationError(message, code="number")
        return Document(chosen, digits)
    if not _NUMBER.fullmatch(written) or sum(sign.isdigit() for sign in written) < _FEWEST_DIGITS:
        raise ValidationError(
            _("Viết số như in trên giấy tờ: 5 đến 20 chữ cái và chữ số, ví dụ C01X00T47."), code="number"
        )
    if set(written) == {"0"}:
        raise ValidationError(_("Số này không phải của giấy tờ nào. Hãy viết như in trên giấy tờ."), code="number")
    if chosen == DocumentKind.PASSPORT and country not in countries():
        raise ValidationError(_("Hãy chọn nước cấp hộ chiếu."), code="country")
    return Document(chosen, written, country if chosen in FOREIGN and country in countries() else "")


def ends_in(number: str, tail: str) -> bool:
    """Tell whether a number ends with what was read from a paper in hand, whatever stands between its letters."""
    return _UNWANTED.sub("", number).upper().endswith(tail.upper())


def doubts_about(document: Document) -> list[str]:
    """Return questions about a number that does not fit what is known of its kind."""
    return [] if document.kind in FOREIGN | {DocumentKind.OTHER} else doubts(document.number)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Return the codes of the states of the world, of two letters."""
    return frozenset(code for code in map(str, Locale("vi").territories) if re.fullmatch("[A-Z]{2}", code)) - _NO_STATES


#: What Unicode names beside states: unions, zones without people, pseudo-locales.
_NO_STATES = frozenset({"AC", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "XA", "XB", "ZZ"})


def country_name(code: str) -> str:
    """Return a state's name in the reader's language; the code where it is none."""
    return str(Locale("en" if is_english() else "vi").territories.get(code, code))


def country_choices() -> list[tuple[str, str]]:
    """Return every state with its name in the reader's language, in the order of the names."""
    named = [(code, country_name(code)) for code in countries()]
    return sorted(named, key=lambda state: fold(state[1]))
