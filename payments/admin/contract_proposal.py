"""What of a saved contract form is put before a second person, and what is written at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import translation

from agencies.admin_periods import in_words
from agencies.audit import diff
from agencies.models import User
from gateways import registry
from payments.merchants import contract_changes, contract_faults
from payments.merchants.contract_changes import HARMLESS, Wanted
from payments.models import ContractChange, MerchantAccount

from .contract_fields import SETTING
from .merchant_form import MerchantForm

#: Columns that one person changes at once.
AT_ONCE = frozenset({"is_enabled", "position"})
#: Columns that decide where money goes, beside settings and keys.
_DECISIVE = ("agency", "gateway", "merchant_id", "valid_during")


def save_at_once(form: MerchantForm) -> list[diff.Change]:
    """Write the harmless part of a change to a contract; return it in words."""
    contract = MerchantAccount.objects.select_for_update().get(pk=form.instance.pk)
    columns = {name for name in form.changed_data if name in AT_ONCE}
    for name in columns:
        setattr(contract, name, form.cleaned_data[name])
    given, removed = _settings(form, are_harmless=True)
    if given or removed:
        kept = {name: value for name, value in contract.settings.items() if name not in removed}
        contract.settings = {**kept, **given}
        columns.add("settings")
    if columns:
        contract.save(update_fields=columns)
    words = [change for change in diff.of_form(form) if change["field"] in AT_ONCE]
    return [*words, *_in_words(form, given, removed)]


def propose(request: HttpRequest, form: MerchantForm, *, is_new: bool) -> ContractChange | None:
    """Put what decides where money goes before a second person; None where nothing of that was changed.

    Raises ChangeUnderWay.
    """
    given, removed = (dict(form.instance.settings), []) if is_new else _settings(form, are_harmless=False)
    secrets: dict[str, str] = form.cleaned_data["new_secrets"]
    columns = [change for change in diff.of_form(form) if change["field"] in _DECISIVE]
    if not (columns or given or removed or secrets):
        return None
    contract: MerchantAccount = form.instance
    person: User = request.user  # type: ignore[assignment]
    wanted = Wanted(
        agency=contract.agency,
        gateway=contract.gateway,
        merchant_id=contract.merchant_id,
        changes=[*columns, *_in_words(form, given, removed), *_of_keys(contract.gateway, secrets)],
        settings=given,
        removed=tuple(removed),
        secrets=secrets,
        keep_hours=form.cleaned_data["keep_hours"],
        valid_during=contract.valid_during if is_new or "valid_during" in form.changed_data else None,
        is_enabled=contract.is_enabled,
        position=contract.position,
    )
    return contract_changes.propose(None if is_new else contract, wanted, by=person)


def _settings(form: MerchantForm, *, are_harmless: bool) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that were set or changed, and the names of those taken away."""
    before, after = form.stored_settings, form.instance.settings or {}
    names = {name for name in {*before, *after} if (name in HARMLESS) == are_harmless}
    given = {name: after[name] for name in after if name in names and before.get(name) != after[name]}
    return given, sorted(name for name in before if name in names and name not in after)


def _in_words(form: MerchantForm, given: dict[str, Any], removed: list[str]) -> list[diff.Change]:
    """Return settings before and after, whole: what the second person does not see, they did not agree to."""
    labels = {
        field.name: field.label for field in contract_faults.declared_of(form.instance.gateway, are_secrets=False)
    }
    return [
        {
            "field": SETTING + name,
            "label": labels.get(name, name),
            "before": _text(form.stored_settings.get(name)),
            "after": _text(given.get(name)),
        }
        for name in [*given, *removed]
    ]


def _of_keys(gateway: str, secrets: dict[str, str]) -> list[diff.Change]:
    labels = {field.name: field.label for field in registry.fields_of(gateway) if field.is_secret}
    return [
        {"field": diff.SECRETS + name, "label": labels.get(name, name), "before": "", "after": diff.HIDDEN}
        for name in secrets
    ]


@translation.override("vi")
def _text(value: Any) -> str:
    return "" if value in (None, "", [], {}) else in_words(value)
