"""Fields of what clients send: as strict as the forms of people, and of the types that JSON has."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from core.values.form_fields import NameField
from core.values.text import one_line, plain

#: Nobody bills for longer ahead; a later year is a typing error.
FURTHEST_DUE = timedelta(days=5 * 366)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class StrictSerializer(serializers.Serializer[Any]):
    """An object whose every name is known: a misspelt one must not be as good as none."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values. Raises ValidationError that names what is unknown beside what is wrong."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        problems: dict[str, Any] = {name: [gettext("Không có trường này.")] for name in unknown}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**error.detail, **problems}) from error
        if problems:
            raise serializers.ValidationError(problems)
        return values


class TextField(serializers.CharField):
    """Text of a client: a JSON string, and no number."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class PlainTextField(TextField):
    """A name or a sentence without what cannot be seen, as in the forms of people."""

    default_error_messages = {"wordless": _("Hãy viết bằng chữ.")}

    def run_validation(self, data: Any = empty) -> Any:
        """Return plain text. Raises ValidationError for what is no text, or is none when it is plain."""
        return super().run_validation(plain(data) if isinstance(data, str) else data)

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError for signs without a letter or a digit."""
        text = super().to_internal_value(data)
        if text and not any(sign.isalnum() for sign in text):
            self.fail("wordless")
        return text


class LineField(PlainTextField):
    """Text that stands on one line wherever it is shown."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the text on one line. Raises ValidationError."""
        return super().run_validation(one_line(plain(data)) if isinstance(data, str) else data)


class PersonNameField(LineField):
    """The name of a payer, held to what the forms of people take (`core.values.form_fields.NameField`)."""

    def to_internal_value(self, data: Any) -> str:
        """Return the name. Raises ValidationError in the words of the form."""
        text = super().to_internal_value(data)
        try:
            return str(NameField(required=False).clean(text))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class DueField(serializers.DateTimeField):
    """By when to pay: a moment to come, within a few years. A day alone ends when it ends in Vietnam."""

    default_error_messages = {
        "zoneless": _("Hãy ghi múi giờ, ví dụ 2026-12-31T17:00:00+07:00, hoặc chỉ ghi ngày."),
        "past": _("Hạn nộp phải ở tương lai."),
        "far": _("Hạn nộp không được sau quá năm năm."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment. Raises ValidationError, also for a time whose zone nobody can know."""
        if isinstance(value, str) and _DAY.fullmatch(value):
            value = f"{value}T23:59:59+07:00"
        moment: datetime = super().to_internal_value(value)
        written = parse_datetime(value) if isinstance(value, str) else None
        if written is not None and written.tzinfo is None:
            self.fail("zoneless")
        now = timezone.now()
        if moment <= now:
            self.fail("past")
        if moment > now + FURTHEST_DUE:
            self.fail("far")
        return moment


class CodeField(TextField):
    """A code or number by which people and systems find something: nothing in it may be invisible.

    It is refused, not mended: what is looked up later must be what was sent.
    """

    default_error_messages = {"unseen": _("Có ký tự không nhìn thấy.")}

    def to_internal_value(self, data: Any) -> str:
        """Return the code. Raises ValidationError."""
        text = super().to_internal_value(data)
        if one_line(plain(text)) != text:
            self.fail("unseen")
        return text


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction. Text is none, in whatever digits."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)
