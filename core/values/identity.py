"""Identity numbers (căn cước) and phone numbers, parsed from any notation.

A căn cước number says where a birth was registered, the century and sex, and the year; it has no
check digit (Thông tư 59/2021/TT-BCA, docs/reference/domain.md#identity). So only what is not such a number is refused,
and what fingers type to get past a field; a place there is not, a year to come, what does not fit the rest is a
question its owner answers by going on.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: Provinces of before July 2025: a number keeps the place it was given for, whatever was merged since.
PROVINCES = frozenset(
    f"{number:03d}"
    for number in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38),
        *(40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79),
        *(80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)
#: Years; who is older may go on, too.
OLDEST = 110
#: Who was born abroad has the number of a country, which begins here.
FIRST_COUNTRY = "100"
INVENTED = gettext_lazy("Số này không phải của ai. Hãy viết đúng số in trên giấy tờ.")
_RUN = "0123456789" * 2
_SEPARATORS = re.compile(r"[\s.\-\u00a0\u200b]")


@dataclass(frozen=True, slots=True)
class Cccd:
    """A căn cước number taken apart. `sex` is "male" or "female"."""

    number: str
    place: str
    sex: str
    birth_year: int


def parse_cccd(digits: str) -> Cccd:
    """Take twelve digits apart. Raises ValidationError for anything else; what they say may be doubtful (`doubts`)."""
    if not re.fullmatch(r"[0-9]{12}", digits):
        message = _("Số căn cước có 12 chữ số (CMND cũ: 9). Nếu là hộ chiếu hay thẻ khác, hãy chọn loại giấy tờ đó.")
        raise ValidationError(message, code="length")
    _refuse_invented(digits)
    if digits.startswith("000"):
        raise ValidationError(INVENTED, code="invented")
    century = int(digits[3])
    birth_year = 1900 + 100 * (century // 2) + int(digits[4:6])
    return Cccd(digits, digits[:3], "female" if century % 2 else "male", birth_year)


def clean_identity_number(text: str) -> str:
    """Return the digits: 12 of a căn cước, checked, or 9 of an old CMND. Raises ValidationError."""
    digits = _SEPARATORS.sub("", text)
    if re.fullmatch(r"[0-9]{9}", digits):
        _refuse_invented(digits)
        return digits
    return parse_cccd(digits).number


def _refuse_invented(digits: str) -> None:
    """Refuse what fingers type to get past a field: one digit again and again, or the keys in their order."""
    if len(set(digits)) == 1 or digits in _RUN or digits in _RUN[::-1]:
        raise ValidationError(INVENTED, code="invented")


def doubts(digits: str, *, born_on: date | None = None, sex: str = "") -> list[str]:
    """Return questions about a number that does not fit what is known: who has looked at the card may go on."""
    if len(digits) != 12:
        return [_("Số CMND 9 số đã hết giá trị sử dụng từ 01/01/2025; nên dùng số căn cước.")]
    cccd = parse_cccd(digits)
    questions: list[str] = []
    if cccd.place not in PROVINCES and cccd.place < FIRST_COUNTRY:
        words = _("Ba số đầu %(place)s không phải mã tỉnh nào. Bạn xem lại giúp số trên thẻ nhé?")
        questions.append(words % {"place": cccd.place})
    if not 0 <= timezone.localdate().year - cccd.birth_year <= OLDEST:
        questions.append(_("Theo số này thì năm sinh là %(year)s. Có đúng không?") % {"year": cccd.birth_year})
    if born_on and born_on.year != cccd.birth_year:
        questions.append(_("Năm sinh không khớp với số căn cước. Bạn xem lại giúp nhé?"))
    if sex and sex != cccd.sex:
        questions.append(_("Giới tính không khớp với số căn cước. Bạn xem lại giúp nhé?"))
    return questions


def clean_phone(text: str) -> str:
    """Return E.164 (+84…) of 0912 345 678, +84 912… or 0912.345.678. Raises ValidationError.

    A number with the shape of a mobile one is taken though no list knows its beginning yet (`phone_doubts`).
    """
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not (phonenumbers.is_valid_number(number) or _may_be_new(number)):
        raise ValidationError(_("Số điện thoại chưa đúng, ví dụ: 0912 345 678."), code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _may_be_new(number: phonenumbers.PhoneNumber) -> bool:
    """Operators get beginnings faster than a library hears of them, here and abroad."""
    if number.country_code == 84:
        return bool(re.fullmatch(r"[35789][0-9]{8}", phonenumbers.national_significant_number(number)))
    possible = phonenumbers.is_possible_number_with_reason(number)
    return bool(possible == phonenumbers.ValidationResult.IS_POSSIBLE)


def phone_doubts(number: str) -> list[str]:
    """Return the question about a cleaned number that no list knows: who has looked at it may go on."""
    if phonenumbers.is_valid_number(phonenumbers.parse(number, "VN")):
        return []
    return [_("Chúng tôi chưa biết đầu số này. Bạn xem lại giúp số điện thoại nhé?")]


def phone_as_spoken(number: str) -> str:
    """Return a number kept as E.164 the way people here read it: "0912 345 678", a foreign one with its country."""
    try:
        parsed = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        return number
    is_ours = parsed.country_code == 84
    shape = phonenumbers.PhoneNumberFormat.NATIONAL if is_ours else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, shape)


def search_key(number: str) -> str:
    """Return what an encrypted number is found by: its HMAC under today's key. Empty stays empty."""
    return search_keys(number)[0] if number else ""


def search_keys(number: str) -> list[str]:
    """Return the HMAC under each key in use, so that a number is found while keys rotate."""
    return [
        hmac.digest(hashlib.sha256(b"identity-search:" + key.encode()).digest(), number.encode(), "sha256").hex()
        for key in settings.FIELD_ENCRYPTION_KEYS
    ]
