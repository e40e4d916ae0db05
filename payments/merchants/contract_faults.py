"""What is wrong with a contract's settings and keys, all at once and in words, by what its gateway declares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gateways import registry
from gateways.fields import COMMON, Fault, Field, Wrong, faults
from payments.models import MerchantAccount

_SENTENCES: dict[Wrong, Promise] = {
    Wrong.UNKNOWN: _("Cổng này không có tên “%(name)s”."),
    Wrong.MISSING: _("Thiếu “%(name)s”: %(hint)s."),
    Wrong.KIND: _("“%(name)s” không đúng kiểu (%(hint)s)."),
    Wrong.CHOICE: _("“%(name)s” phải là một trong: %(hint)s."),
    Wrong.OTHER_MERCHANT: _("“%(name)s” khác mã đơn vị của hợp đồng (%(hint)s): tin báo sẽ không tìm thấy hợp đồng."),
    Wrong.LEFT_OUT: _("“%(name)s” thiếu tài khoản nhận %(hint)s: tiền vào đó sẽ bị coi là sai tài khoản."),
}
_MEANT = _("Cổng này không có tên “%(name)s”; có phải “%(hint)s”?")


def of(gateway: str, merchant_id: str, settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> list[Fault]:
    """Return the faults; none for a gateway that declares no fields."""
    declared = registry.fields_of(gateway)
    return faults(declared, merchant_id, settings, secrets) if declared else []


def of_account(account: MerchantAccount) -> list[Fault]:
    """Return the faults of a contract as it is stored."""
    return of(account.gateway, account.merchant_id, account.settings, json.loads(account.secrets or "{}"))


def sentence(fault: Fault) -> str:
    """Return a fault in words. It tells no value of a key."""
    is_guessed = fault.wrong == Wrong.UNKNOWN and fault.hint
    return str(_MEANT if is_guessed else _SENTENCES[fault.wrong]) % {"name": fault.name, "hint": fault.hint}


def declared_of(gateway: str, *, are_secrets: bool) -> list[Field]:
    """Return the fields to show beside the form: the required ones first, those of every contract last."""
    own = [field for field in registry.fields_of(gateway) if field.is_secret == are_secrets]
    common = [] if are_secrets else common_of(gateway)
    return [*sorted(own, key=lambda field: not field.is_required), *common]


def common_of(gateway: str) -> list[Field]:
    """Return the settings of every contract that a gateway has not declared in its own way."""
    names = {field.name for field in registry.fields_of(gateway)}
    return [field for field in COMMON if names and field.name not in names]
