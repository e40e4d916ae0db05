"""Changes of contracts, agreed to by a second person whose day of waiting is over."""

from __future__ import annotations

import itertools

from django.utils import timezone

from agencies.models import User
from payments.merchants import contract_changes
from payments.models import ContractChange

_numbers = itertools.count(1)


def carry_out_changes() -> list[ContractChange]:
    """Let somebody else agree to every open change, and write it now."""
    for change in ContractChange.objects.filter(in_force_at=None, stopped_at=None):
        second = User.objects.create_user(f"second-head-{next(_numbers)}", password="a long test password")
        if change.agreed_at is None:
            contract_changes.agree(change, by=second)
        now = timezone.now()
        ContractChange.objects.filter(pk=change.pk, in_force_at=None).update(agreed_at=now, takes_effect_at=now)
    contract_changes.take_due_into_effect()
    return list(ContractChange.objects.order_by("id"))
