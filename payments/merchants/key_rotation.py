"""Rotates the keys of a merchant account; old keys verify within a window.

Bank and portal never change keys in the same second. After `rotate` we sign with the new
keys; what arrives is believed under either until the window is over (R-19).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from gateways import registry
from gateways.base import GatewayMissing, MerchantConfig
from payments.errors import RotationUnderWay, SecretsRefused
from payments.models import MerchantAccount


def rotate(
    account: MerchantAccount, new_secrets: Mapping[str, str], *, keep_for: timedelta, actor: User
) -> MerchantAccount:
    """Put new keys in place; those not named stay as they are. Audited by name, never by value.

    The old keys verify for `keep_for` more; nothing at all when it is zero: so a key that
    has leaked is cut off at once, also within an earlier window. Locks the account.
    Raises SecretsRefused, RotationUnderWay.
    """
    with transaction.atomic():
        locked = MerchantAccount.objects.select_for_update().get(pk=account.pk)
        merged = check(locked, new_secrets, keep_for=keep_for)
        old = json.loads(locked.secrets or "{}")
        locked.previous_secrets = locked.secrets if keep_for else ""
        locked.previous_secrets_until = timezone.now() + keep_for if keep_for else None
        locked.secrets = json.dumps(merged)
        locked.save(update_fields=["secrets", "previous_secrets", "previous_secrets_until"])
        until = locked.previous_secrets_until
        audit.record(
            "merchant_keys_rotated",
            f"merchant:{locked.pk}",
            actor=actor,
            agency=locked.agency,
            replaced=sorted(name for name in new_secrets if name in old),
            added=sorted(name for name in new_secrets if name not in old),
            old_until=until.isoformat() if until else "",
        )
    return locked


def check(account: MerchantAccount, new_secrets: Mapping[str, str], *, keep_for: timedelta) -> dict[str, str]:
    """Return the keys as they would be after a rotation. Raises SecretsRefused, RotationUnderWay."""
    until = account.previous_secrets_until
    if keep_for and account.previous_secrets and until and until > timezone.now():
        raise RotationUnderWay(until)
    old: dict[str, str] = json.loads(account.secrets or "{}")
    merged = {**old, **new_secrets}
    if merged == old:
        raise SecretsRefused(_("Khóa mới giống hệt khóa đang dùng."))
    check_config(account.gateway, account.settings, merged)
    return merged


def check_config(gateway: str, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
    """Raise SecretsRefused unless the gateway's adapter can begin work with these."""
    for name, value in secrets.items():
        if not isinstance(value, str) or not value.strip():
            raise SecretsRefused(_("Khóa %(name)s phải là một chuỗi không rỗng.") % {"name": name})
    try:
        registry.get(gateway)(MerchantConfig(settings=settings, secrets=secrets))
    except GatewayMissing as error:
        raise SecretsRefused(
            _("Gói phần mềm của cổng %(gateway)s bị thiếu hoặc hỏng: cài lại gói rồi mới đổi khóa hoặc thông số.")
            % {"gateway": gateway}
        ) from error
    except KeyError as error:
        raise SecretsRefused(_("Thiếu %(name)s trong khóa hoặc thông số.") % {"name": error}) from error
    except (ValueError, TypeError) as error:
        raise SecretsRefused(_("Có khóa hoặc thông số không đọc được.")) from error
