"""Selects the merchant account that serves an agency, and its adapter."""

from __future__ import annotations

import json
import time
from functools import lru_cache

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import Agency, User
from agencies.succession import chain_of
from gateways import internal, registry
from gateways.base import ContractUnusable, Gateway, MerchantConfig
from payments.errors import ContractOverlaps, GatewayNotOffered
from payments.models import MerchantAccount

from . import outages

REMEMBERED = 5.0
MOST_REMEMBERED = 1000
_accounts: dict[tuple[str, str], tuple[MerchantAccount | None, float]] = {}


def adapter_for(account: MerchantAccount) -> Gateway:
    """Return the adapter that acts for one merchant account; old keys still verify in their window.

    Raises GatewayMissing; ContractUnusable, a kind of it, when the contract's settings or keys do not do.
    """
    until = account.previous_secrets_until
    is_rotating = bool(account.previous_secrets and until and until > timezone.now())
    return _adapter(
        account.gateway,
        json.dumps(account.settings),
        account.secrets,
        account.previous_secrets if is_rotating else "",
    )


@lru_cache(maxsize=256)
def _adapter(slug: str, settings: str, secrets: str, previous_secrets: str) -> Gateway:
    # Adapters keep no state between calls, and parsing an RSA key costs more than a signature.
    gateway = registry.get(slug)
    try:
        return gateway(
            MerchantConfig(
                settings=json.loads(settings),
                secrets=json.loads(secrets or "{}"),
                previous_secrets=(json.loads(previous_secrets),) if previous_secrets else (),
            )
        )
    except Exception as error:  # whatever a constructor makes of a key it cannot read
        raise ContractUnusable(slug, error) from None


def accounts_of(agency: Agency) -> list[MerchantAccount]:
    """Return the accounts that take new payments for an agency today, best first.

    An agency without an account of its own uses the nearest one above it: the province
    signs with the bank once for all its units. What a dissolved agency is still owed goes to
    the accounts of its heir (docs/reference/domain.md#agencies); attempts under way keep the account they began with.
    """
    today = timezone.localdate()
    chain = chain_of(agency, today)
    accounts = (
        MerchantAccount.objects.filter(agency_id__in=chain, is_enabled=True, valid_during__contains=today)
        # A gateway whose package is gone or broken cannot be offered.
        .filter(gateway__in=set(registry.all_slugs()).difference(internal.SLUGS))
        .select_related("agency", "health")
        .annotate(pauses_at=outages.next_pause())
    )
    nearest: dict[str, MerchantAccount] = {}
    for account in sorted(accounts, key=lambda item: chain.index(item.agency_id)):
        nearest.setdefault(account.gateway, account)
    return sorted(nearest.values(), key=lambda item: (item.position, item.gateway))


def account_for(agency: Agency, gateway: str) -> MerchantAccount:
    """Return the account that takes new payments through `gateway`. Raises GatewayNotOffered."""
    for account in accounts_of(agency):
        if account.gateway == gateway:
            return account
    raise GatewayNotOffered(gateway)


def take_new_payments(account: MerchantAccount, *, takes: bool, reason: str, actor: User) -> None:
    """Let a contract take new payments or stop it; money under way is understood either way.

    Raises ContractOverlaps when another contract takes them meanwhile.
    """
    with transaction.atomic(durable=True):
        merchant_account = (
            MerchantAccount.objects.select_for_update(of=("self",)).select_related("agency").get(pk=account.pk)
        )
        merchant_account.is_enabled = takes
        try:
            with transaction.atomic():
                merchant_account.save(update_fields=["is_enabled"])
        except IntegrityError as error:
            raise ContractOverlaps from error
        action = "gateway_resumed" if takes else "gateway_stopped"
        audit.record(
            action, f"merchant:{merchant_account.pk}", actor=actor, agency=merchant_account.agency, reason=reason
        )


def account_named(gateway: str, merchant_id: str) -> MerchantAccount | None:
    """Return the account a message names, also a disabled one: its money is still ours.

    A message that names none is for the only account there is; with several, for nobody.
    Remembered for REMEMBERED seconds, as every message of a bank asks: new keys are known
    that much later in other processes, well within the window in which old ones count.
    """
    account, until = _accounts.get((gateway, merchant_id), (None, 0.0))
    if account is None or until < time.monotonic():
        account = _look_up(gateway, merchant_id)
        if len(_accounts) >= MOST_REMEMBERED:
            _accounts.clear()  # somebody makes names up
        _accounts[gateway, merchant_id] = (account, time.monotonic() + REMEMBERED)
    return account


def _look_up(gateway: str, merchant_id: str) -> MerchantAccount | None:
    accounts = MerchantAccount.objects.filter(gateway=gateway)
    if merchant_id:
        return accounts.filter(merchant_id=merchant_id).first()
    candidates = list(accounts[:2])
    return candidates[0] if len(candidates) == 1 else None


@receiver([post_save, post_delete], sender=MerchantAccount)
def forget(**_: object) -> None:
    """Empty this process's cache of accounts."""
    _accounts.clear()


def any_account(gateway: str) -> MerchantAccount | None:
    """Return some account of the gateway, to sign a refusal to a message that names none of ours."""
    return MerchantAccount.objects.filter(Q(gateway=gateway)).order_by("-is_enabled", "id").first()
