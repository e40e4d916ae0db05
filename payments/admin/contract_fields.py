"""One input for each setting and key of a contract, drawn from what its gateway declares (`gateways/fields.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from gateways.fields import Field, Kind
from payments.accounting.forms import DongField
from payments.merchants import contract_faults

#: What the names of inputs begin with, for settings and for keys.
SETTING, SECRET = "setting_", "secret_"


class _LinesField(forms.CharField):
    """Texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that say something, or None."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()] or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not texts."""
        return bool((initial or None) != self.to_python(data))


class _TableField(forms.JSONField):
    """An object, as JSON; nothing where there is none."""

    def prepare_value(self, value: Any) -> Any:
        """Show nothing instead of `null`."""
        return "" if value is None else super().prepare_value(value)


class _NumberField(forms.FloatField):
    """A number; a whole one stays whole."""

    def to_python(self, value: Any) -> Any:
        """Return an int where it is one."""
        number = super().to_python(value)
        return int(number) if number is not None and number == int(number) else number


def inputs_of(gateway: str) -> dict[str, forms.Field]:
    """Return the inputs of a gateway's settings and keys by name; none for one that declares nothing.

    The merchant id is typed once, as the contract's own.
    """
    settings = {SETTING + field.name: _input(field) for field in _typed(gateway, are_secrets=False)}
    return settings | {SECRET + field.name: _input(field) for field in _typed(gateway, are_secrets=True)}


def names_of(gateway: str, names: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """Divide the names of inputs into the gateway's settings, its keys, and the settings that every contract has."""
    common = {SETTING + field.name for field in contract_faults.common_of(gateway)}
    own = [name for name in names if name.startswith(SETTING) and name not in common]
    return own, [name for name in names if name.startswith(SECRET)], [name for name in names if name in common]


def initial_of(gateway: str, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the inputs of stored settings show, and the settings no input is for."""
    declared = {field.name for field in contract_faults.declared_of(gateway, are_secrets=False)}
    shown = {SETTING + name: value for name, value in settings.items() if name in declared}
    for name, value in shown.items():
        if isinstance(value, bool):
            shown[name] = "yes" if value else "no"
    return shown, {name: value for name, value in settings.items() if name not in declared}


def given_in(cleaned: Mapping[str, Any], begins: str) -> dict[str, Any]:
    """Return what was typed into the inputs whose names begin so, by the names that gateways know."""
    typed = {name.removeprefix(begins): value for name, value in cleaned.items() if name.startswith(begins)}
    return {name: value for name, value in typed.items() if value not in (None, "")}


def merchant_id_of(gateway: str, merchant_id: str) -> dict[str, str]:
    """Return the setting that repeats the contract's merchant id, if a gateway has one."""
    declared = contract_faults.declared_of(gateway, are_secrets=False)
    return {field.name: merchant_id for field in declared if field.is_merchant_id}


def _typed(gateway: str, *, are_secrets: bool) -> list[Field]:
    declared = contract_faults.declared_of(gateway, are_secrets=are_secrets)
    return [field for field in declared if not field.is_merchant_id]


def _input(field: Field) -> forms.Field:
    made = _dong(field) if field.name.endswith("_amount") else _MADE[field.kind](field)
    # What is missing is said by `contract_faults`, together with all else.
    made.required, made.label = False, field.label
    hints = [field.help, _("bắt buộc") if field.is_required and not field.is_secret else ""]
    hints.append(_("để trống: %(default)s") % {"default": field.default} if field.default else "")
    made.help_text = " · ".join(str(hint) for hint in hints if hint)
    if field.is_secret:
        made.help_text = _("Để trống: giữ khóa đã lưu.")
    return made


def _dong(field: Field) -> forms.Field:
    return DongField(widget=UnfoldAdminTextInputWidget({"inputmode": "numeric", "autocomplete": "off"}))


def _text(field: Field) -> forms.Field:
    if field.choices:
        choices = [("", "–"), *((choice, choice) for choice in field.choices)]
        return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget)
    if field.is_secret:
        attributes = {"rows": 2, "autocomplete": "off", "spellcheck": "false"}
        return forms.CharField(widget=UnfoldAdminTextareaWidget(attributes))
    return forms.CharField(widget=UnfoldAdminTextInputWidget)


def _switch(field: Field) -> forms.Field:
    choices = [("", "–"), ("yes", _("Có")), ("no", _("Không"))]
    return forms.TypedChoiceField(
        choices=choices, coerce=lambda value: value == "yes", empty_value=None, widget=UnfoldAdminSelectWidget
    )


_MADE: dict[Kind, Callable[[Field], forms.Field]] = {
    Kind.TEXT: _text,
    Kind.ADDRESS: _text,
    Kind.NUMBER: lambda field: _NumberField(min_value=0, widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"})),
    Kind.SWITCH: _switch,
    Kind.LIST: lambda field: _LinesField(
        widget=UnfoldAdminTextareaWidget({"rows": 2, "placeholder": _("mỗi dòng một mục")})
    ),
    Kind.TABLE: lambda field: _TableField(widget=UnfoldAdminTextareaWidget({"rows": 3})),
}
