"""Form fields for what people are known by; each error says what to type instead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import identity
from .text import plain


class IdentityNumberField(forms.CharField):
    """Twelve digits of a căn cước, checked, or nine of an old CMND; spaces and dots are forgiven."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số căn cước"))
        kwargs.setdefault("help_text", _("12 chữ số trên thẻ"))
        kwargs.setdefault("widget", forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> str:
        """Return the digits. Raises ValidationError."""
        text = super().clean(value)
        return identity.clean_identity_number(text) if text else ""


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


class PlainTextField(forms.CharField):
    """A name or a sentence somebody typed; what cannot be seen is taken out before it is measured."""

    def to_python(self, value: Any) -> str:
        """Return plain text."""
        return str(super().to_python(plain(str(value)) if value else value))
