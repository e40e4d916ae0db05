"""Two heads and a day for whatever decides where money goes: account, name, keys and addresses of a contract.

One administrator proposes, another agrees (`agencies.independence.may_check`); `COOLING` later a job writes it. Until
then any administrator of the agency stops it. Each step is in the audit and sends `contract_change_moved`, by which
people get letters. The installer's commands write contracts themselves.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from agencies.audit import record as audit
from agencies.independence import may_check
from agencies.models import Agency, User
from agencies.succession import chain_of
from gateways import internal
from payments.errors import AlreadyDecided, ChangeUnderWay, NotIndependent, PaymentsError, SamePerson
from payments.models import ContractChange, MerchantAccount, Payment
from payments.signals import contract_change_moved

from . import key_rotation

logger = logging.getLogger(__name__)
#: Between agreement and effect of a change, so that whoever did not want it can stop it.
COOLING = timedelta(hours=24)
#: Settings that say nothing of where money goes: one person changes them at once.
HARMLESS = frozenset({"connect_seconds", "read_seconds", "smallest_amount", "largest_amount", "statement_columns"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants a contract to be. None or empty: stays as it is; `removed` are names of settings.

    `changes` tells people the same field by field: {"field", "label", "before", "after"}, keys hidden.
    """

    agency: Agency
    gateway: str
    merchant_id: str
    changes: list[dict[str, Any]]
    settings: Mapping[str, Any]
    removed: tuple[str, ...] = ()
    secrets: Mapping[str, str] | None = None
    keep_hours: int = 0
    valid_during: DateRange | None = None
    is_enabled: bool = True
    position: int = 0


def propose(contract: MerchantAccount | None, wanted: Wanted, *, by: User) -> ContractChange:
    """Put a change, or a new contract, before a second person. Raises ChangeUnderWay while another one is open."""
    during = wanted.valid_during
    values = {
        "settings": dict(wanted.settings),
        "removed": list(wanted.removed),
        "secrets": dict(wanted.secrets or {}),
        "keep_hours": wanted.keep_hours,
        "valid_during": [_iso(during.lower), _iso(during.upper)] if during is not None else None,
        "is_enabled": wanted.is_enabled,
        "position": wanted.position,
    }
    try:
        with transaction.atomic():
            change = ContractChange.objects.create(
                contract=contract,
                agency=wanted.agency,
                gateway=wanted.gateway,
                merchant_id=wanted.merchant_id,
                changes=wanted.changes,
                values=json.dumps(values),
                proposed_by=by,
                proposed_at=timezone.now(),
            )
            _moved(change, "proposed", by, changes=wanted.changes)
    except IntegrityError as error:
        raise ChangeUnderWay from error
    return change


def agree(change: ContractChange, *, by: User) -> ContractChange:
    """Let a second person agree; it takes effect after `COOLING`, or at once where nobody has paid that way yet.

    Raises SamePerson, NotIndependent, AlreadyDecided.
    """
    with transaction.atomic():
        locked = _lock(change)
        if not locked.is_open or locked.agreed_at:
            raise AlreadyDecided
        if locked.proposed_by_id == by.pk:
            raise SamePerson
        if not may_check(locked.proposed_by, by):
            raise NotIndependent
        now = timezone.now()
        locked.agreed_by, locked.agreed_at = by, now
        locked.takes_effect_at = now + COOLING if _is_paid_by(locked) else now
        locked.save(update_fields=["agreed_by", "agreed_at", "takes_effect_at"])
        _moved(locked, "agreed", by, takes_effect_at=locked.takes_effect_at.isoformat())
    take_effect(locked)
    return ContractChange.objects.get(pk=change.pk)


def stop(change: ContractChange, *, by: User, reason: str) -> ContractChange:
    """Stop a change that is not in force yet; one administrator of the agency is enough. Raises AlreadyDecided."""
    with transaction.atomic():
        locked = _lock(change)
        if not locked.is_open:
            raise AlreadyDecided
        _stop(locked, by, reason)
    return locked


def take_due_into_effect() -> int:
    """Write every agreed change whose time has come and return how many were."""
    due = ContractChange.objects.filter(in_force_at=None, stopped_at=None, takes_effect_at__lte=timezone.now())
    return sum(take_effect(change) for change in due.order_by("takes_effect_at", "id"))


def take_effect(change: ContractChange) -> bool:
    """Write one change if its time has come; one that cannot be written any more is stopped, with the reason."""
    with transaction.atomic():
        locked = _lock(change)
        if not locked.is_open or locked.takes_effect_at is None or locked.takes_effect_at > timezone.now():
            return False
        try:
            with transaction.atomic():
                contract = _write(locked)
        except IntegrityError:
            _stop(locked, None, _("Trùng với một hợp đồng khác được ghi từ lúc đề nghị."))
            return False
        except PaymentsError as error:
            logger.warning("the change %s of a contract cannot be written: %s", locked.pk, type(error).__name__)
            _stop(locked, None, getattr(error, "message", "") or _("Thông số hoặc khóa không còn dùng được."))
            return False
        locked.contract, locked.in_force_at = contract, timezone.now()
        locked.values = "{}"  # its keys are where they belong
        locked.save(update_fields=["contract", "in_force_at", "values"])
        _moved(locked, "in_force", None, proposed_by=locked.proposed_by_id, agreed_by=locked.agreed_by_id)
    return True


def _write(change: ContractChange) -> MerchantAccount:
    values: dict[str, Any] = json.loads(change.values)
    contract = MerchantAccount(is_enabled=values["is_enabled"], position=values["position"])
    if change.contract_id:
        contract = MerchantAccount.objects.select_for_update().get(pk=change.contract_id)
    contract.agency, contract.gateway, contract.merchant_id = change.agency, change.gateway, change.merchant_id
    kept = {name: value for name, value in contract.settings.items() if name not in values["removed"]}
    contract.settings = {**kept, **values["settings"]}
    if values["valid_during"]:
        contract.valid_during = DateRange(*(date.fromisoformat(day) if day else None for day in values["valid_during"]))
    secrets = {**json.loads(contract.secrets or "{}"), **values["secrets"]}
    key_rotation.check_config(contract.gateway, contract.settings, secrets)
    if contract.pk is None:
        contract.secrets = json.dumps(secrets)
        contract.save()
        return contract
    contract.save(update_fields=["agency", "gateway", "merchant_id", "settings", "valid_during"])
    if values["secrets"]:
        keep_for = timedelta(hours=values["keep_hours"])
        key_rotation.rotate(contract, values["secrets"], keep_for=keep_for, actor=change.proposed_by)
        contract.refresh_from_db()
    return contract


def _is_paid_by(change: ContractChange) -> bool:
    """Tell whether people have paid by this contract, or by one whose place it may take."""
    contracts = MerchantAccount.objects.filter(pk=change.contract_id or 0)
    is_elsewhere = not contracts.filter(agency=change.agency).exists()
    if is_elsewhere or json.loads(change.values)["valid_during"]:
        contracts |= MerchantAccount.objects.filter(agency__in=chain_of(change.agency, timezone.localdate()))
    return Payment.objects.filter(merchant_account__in=contracts.exclude(gateway__in=internal.SLUGS)).exists()


def _stop(locked: ContractChange, by: User | None, reason: str) -> None:
    locked.stopped_by, locked.stopped_at, locked.reason, locked.values = by, timezone.now(), reason[:255], "{}"
    locked.save(update_fields=["stopped_by", "stopped_at", "reason", "values"])
    _moved(locked, "stopped", by, reason=locked.reason)


def _lock(change: ContractChange) -> ContractChange:
    related = ContractChange.objects.select_for_update(of=("self",))
    return related.select_related("agency", "proposed_by", "agreed_by").get(pk=change.pk)


def _moved(change: ContractChange, step: str, by: User | None, **detail: Any) -> None:
    facts = {"model": "payments.merchantaccount", "name": str(change), **detail}
    audit.record(f"contract_change_{step}", f"contractchange:{change.pk}", actor=by, agency=change.agency, **facts)
    contract_change_moved.send(sender=ContractChange, change=change, step=step)


def _iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None
