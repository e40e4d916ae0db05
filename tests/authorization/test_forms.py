"""Every form of the matrix, sent by who proved a moment ago or long ago who they are (S-16), with more than it has."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from agencies.models import Role, User
from dossiers.models import Dossier
from payments.models import Bill, Payment, Refund
from tests.support.matrix import addresses, table
from tests.support.world import World

#: What moves money, gives rights or keys away, or cannot be taken back.
PROVED = """
accounting-approve accounting-transfer accounting-move accounting-confirm accounting-case-likely
accounting-day-close accounting-day-reopen desk-erasures
admin:agencies_user_add admin:agencies_user_change admin:auth_user_password_change
admin:agencies_roleproposal_agree admin:agencies_roleproposal_refuse
admin:agencies_agency_add admin:agencies_agency_change
admin:agencies_officenetwork_add admin:agencies_officenetwork_change
admin:agencies_agencysuccession_add admin:agencies_agencysuccession_change
admin:payments_apiclient_add admin:payments_apiclient_change admin:payments_apiclient_key
admin:payments_merchantaccount_add admin:payments_merchantaccount_change admin:payments_contractchange_agree
admin:procedures_feeschedule_approve test_payment test-payment-begin reform-done
"""
#: Asked after the form was read, for some of what it can do: shown in a test of its own.
WITHIN = "gateways undelivered reform read-only admin:agencies_user_changelist admin:agencies_membership_changelist"
STAFF = tuple(Role.values)
#: Nobody gives these by a form that does not have them (S-24).
OTHER = dict.fromkeys(("agency", "agency_id", "maker", "checker"), "{other}")
NAMES = dict.fromkeys(("owner_name", "payer_name", "pin_hash"), "Kẻ gian")
SMUGGLED = OTHER | NAMES | {"amount": "1", "fee_total": "1", "is_staff": "on", "is_superuser": "on", "client": "1"}
KEPT: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Dossier, ("agency_id", "owner_name", "pin_hash")),
    (Bill, ("agency_id", "amount", "payer_name", "client_id")),
    (Payment, ("amount", "merchant_account_id")),
    (Refund, ("amount", "agency_id", "maker_id")),
    (User, ("is_staff", "is_superuser")),
)


def kept() -> list[set[Any]]:
    """Return what no form may change, of every row there was."""
    return [set(model._default_manager.values_list("pk", *fields)) for model, fields in KEPT]


@pytest.mark.django_db
def test_every_form_asks_again_or_is_known_not_to_and_takes_no_field_it_does_not_have(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)
    try:
        world = World()
        defaults = {name: pattern.default_args for name, pattern in addresses()}
        asking: dict[bool, set[str]] = {True: set(), False: set()}
        smuggled = {name: value.format(other=world.other.pk) for name, value in SMUGGLED.items()}
        changed, before = [], kept()
        for row in table():
            who = next((role for role in STAFF if row[role].split("/")[0] in ("yes", "404")), "")
            is_allauths = row["url"].startswith(("account_", "mfa_", "usersessions_"))  # they ask by a rule of its own
            if row["method"] != "POST" or not who or is_allauths:
                continue
            path = world.paths.get(row["url"]) or reverse(
                row["url"], kwargs=world.objects[row["object"]] | dict(defaults[row["url"]])
            )
            for is_old in asking:
                if _is_asked(world.actors[who, True].client, path, smuggled, is_old=is_old):
                    asking[is_old].add(row["url"])
            after = kept()
            changed += [row["url"]] if any(was - now for was, now in zip(before, after, strict=True)) else []
            before = after
    finally:
        logging.disable(logging.NOTSET)
    assert changed == [], "these took what is not theirs to take"
    assert asking[False] == set(), "who has just proved it is not asked"
    proving, wanted = asking[True] - set(WITHIN.split()), set(PROVED.split())
    assert sorted(proving - wanted) == [] and sorted(wanted - proving) == []


def _is_asked(browser: Client, path: str, body: dict[str, str], *, is_old: bool) -> bool:
    session, long_ago = browser.session, time.time() - 60 * (16 if is_old else 1)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": long_ago}]
    session.save()
    return "/reauthenticate/" in browser.post(path, body).headers.get("Location", "")
