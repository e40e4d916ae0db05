"""Form fields for what people are known by; each error says what to type instead."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pdf.letters import unprintable

from . import identity, money
from .documents import FOREIGN, Document, DocumentKind, country_choices, read_document
from .text import one_line, plain

#: What the fields of a paper are called beside that of its number.
KIND, COUNTRY = "_kind", "_country"


def asked_when(field: forms.Field, when: Any) -> None:
    """Say beside a field when it must be filled in, in place of "not required"; the form's `clean` insists."""
    field.asked_when = when  # type: ignore[attr-defined]


class PlainTextField(forms.CharField):
    """A name or a sentence somebody typed; what cannot be seen is taken out before it is measured."""

    def to_python(self, value: Any) -> str:
        """Return plain text."""
        return str(super().to_python(plain(str(value)) if value else value))

    def validate(self, value: str) -> None:
        """Refuse signs without a single letter or digit: "???" says nothing. Raises ValidationError."""
        super().validate(value)
        if value and not any(sign.isalnum() for sign in value):
            raise ValidationError(gettext("Hãy viết bằng chữ."), code="wordless")


class NameField(PlainTextField):
    """The name of a person or an organisation: letters, and signs that names have."""

    _STRANGE = re.compile(r"[^\w\s\u0300-\u036f.,’'ʼ`´&()/+\-–·\"“”]|_")

    def to_python(self, value: Any) -> str:
        """Return the name on one line."""
        return one_line(super().to_python(value))

    def validate(self, value: str) -> None:
        """Refuse numbers and signs where a name belongs. Raises ValidationError."""
        super().validate(value)
        letters, digits = (sum(map(test, value)) for test in (str.isalpha, str.isdigit))
        if value and (letters < 2 or digits > letters or self._STRANGE.search(value)):
            raise ValidationError(gettext("Hãy viết họ và tên bằng chữ, như trên giấy tờ."), code="no-name")
        if unprintable(value):
            raise ValidationError(gettext("Hãy viết tên bằng chữ La-tinh, như trên hộ chiếu."), code="script")


class MoneyField(forms.IntegerField):
    """Whole đồng, typed as people write them: "9.000", "150k", "1,5 triệu". Django would read "9.000" as nine."""

    def to_python(self, value: Any) -> int | None:
        """Return the amount. Raises ValidationError for what is none."""
        text = str(value if value is not None else "").strip()
        if not text or re.fullmatch(r"-\d{1,15}", text):
            return super().to_python(text)
        amount = money.read(text)
        if amount is None:
            raise ValidationError(gettext("Hãy viết số tiền bằng đồng, ví dụ 150.000."), code="no-amount")
        return amount


class AddressField(PlainTextField):
    """Where somebody lives, in words: a number alone is found by nobody."""

    def validate(self, value: str) -> None:
        """Refuse what has no word in it. Raises ValidationError."""
        super().validate(value)
        if value and sum(map(str.isalpha, value)) < 2:
            raise ValidationError(gettext("Hãy viết địa chỉ bằng chữ, ví dụ: khu 3, xã Hy Cương."), code="no-address")


class DayField(forms.DateField):
    """A day as people write it. `lies` says that it is "past" by nature, as a birth is, or "future"."""

    default_error_messages = {"invalid": _("Hãy viết ngày/tháng/năm, ví dụ 05/09/2026.")}
    #: Nobody who hands in was born before, and papers of that age are none of ours.
    EARLIEST = date(1900, 1, 1)

    def __init__(self, *, lies: str = "", **kwargs: Any) -> None:
        self.lies = lies
        kwargs.setdefault(
            "widget", forms.TextInput({"inputmode": "numeric", "placeholder": "31/12/2026", "autocomplete": "off"})
        )
        formats = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%Y-%m-%d"]
        super().__init__(input_formats=formats, **kwargs)

    def to_python(self, value: Any) -> date | None:
        """Return the day; of a past one written with two digits, 45 is 1945."""
        day = super().to_python(value)
        if day and self.lies == "past" and day > timezone.localdate() and str(day.year) not in str(value):
            day = day.replace(year=day.year - 100) if (day.month, day.day) != (2, 29) else day
        return day

    def validate(self, value: date | None) -> None:
        """Refuse a day on the wrong side of today. Raises ValidationError."""
        super().validate(value)
        if value is None:
            return
        today, shown = timezone.localdate(), {"day": f"{value:%d/%m}/{value.year:04d}"}
        if self.lies == "past" and value > today:
            raise ValidationError(gettext("Ngày %(day)s chưa tới. Hãy xem lại ngày, tháng, năm.") % shown, code="ahead")
        if self.lies == "future" and value < today:
            raise ValidationError(gettext("Ngày %(day)s đã qua. Hãy xem lại ngày, tháng, năm.") % shown, code="past")
        if value < self.EARLIEST:
            raise ValidationError(gettext("Ngày %(day)s quá xa. Hãy xem lại năm.") % shown, code="too-early")


class IdentityNumberField(forms.CharField):
    """The number of a paper that says who somebody is. Its kind stands beside it: see `identity_fields`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số giấy tờ"))
        kwargs.setdefault("widget", forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}))
        super().__init__(max_length=40, **kwargs)


class PhoneField(forms.CharField):
    """A telephone number in any notation people use; cleaned to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Điện thoại"))
        kwargs.setdefault("widget", forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the number. Raises ValidationError."""
        text = super().clean(value)
        return identity.clean_phone(text) if text else ""


def identity_fields(name: str, number: IdentityNumberField) -> dict[str, forms.Field]:
    """Return the three fields of a paper in their order: its kind, its number (called `name`), whose state gave it.

    Without a kind a căn cước is meant, as in what was typed before there was a choice.
    """
    return {
        name + KIND: _ChoiceForPaper(
            label=_("Loại giấy tờ"),
            choices=DocumentKind.choices,
            initial=DocumentKind.CCCD,
            widget=_SelectForPaper({"data-document": "kind"}),
        ),
        name: number,
        name + COUNTRY: _ChoiceForPaper(
            label=_("Nước cấp"),
            choices=lambda: [("", gettext("Chọn nước")), *country_choices()],
            widget=_SelectForPaper({"data-document": "country"}),
        ),
    }


class _SelectForPaper(forms.Select):
    """Not asked for by the browser: whether a country is needed depends on the kind (`forms/document.css`)."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Mark the kinds that are asked for their country."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if value in FOREIGN:
            option["attrs"]["data-foreign"] = True
        return option


class _ChoiceForPaper(forms.ChoiceField):
    """Which paper, or whose: `read_documents` says whether it is missing."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


def read_documents(form: forms.Form) -> dict[str, Document]:
    """Check every paper of a form and return those that are right, by the name of the number's field.

    To be called by the form's `clean`; what is wrong is said beside the field it concerns.
    """
    papers: dict[str, Document] = {}
    for name, field in form.fields.items():
        number = form.cleaned_data.get(name)
        if not isinstance(field, IdentityNumberField) or not number:
            continue
        kind, country = (form.cleaned_data.get(name + part, "") for part in (KIND, COUNTRY))
        try:
            paper = papers[name] = read_document(kind, number, country)
        except ValidationError as error:
            form.add_error(name + COUNTRY if error.code == "country" else name, error)
            continue
        form.cleaned_data |= {name + KIND: paper.kind.value, name: paper.number, name + COUNTRY: paper.country}
    return papers
