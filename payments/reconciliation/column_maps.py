"""What the columns of a contract's files are called, said once by an accountant and kept with the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, cast

from django.core.files import File
from django.db import transaction

from agencies.audit import record as audit
from agencies.models import User
from payments.models import MerchantAccount, Statement
from payments.models.statements import StatementState

from . import statements
from .formats import headings, read

SETTING = "statement_columns"


def heading_of(statement: Statement) -> headings.Heading | None:
    """Return the heading of a refused file whose columns somebody may name; None where it has no table."""
    if statement.state != StatementState.REFUSED or not statement.file.storage.exists(statement.file.name or ""):
        return None
    with statement.file.open("rb") as stored:
        return read.heading_of(cast(BinaryIO, stored.file))


def keep(account: MerchantAccount, columns: Mapping[str, str], *, actor: User) -> None:
    """Keep the names with the contract: the next files are read by them. Locks the merchant account."""
    with transaction.atomic():
        locked = MerchantAccount.objects.select_for_update().get(pk=account.pk)
        locked.settings = {**locked.settings, SETTING: dict(columns)}
        locked.save(update_fields=["settings"])
        audit.record(SETTING, f"merchant:{locked.pk}", actor=actor, agency=locked.agency, columns=dict(columns))


def take_again(statement: Statement, *, actor: User) -> Statement:
    """Take a refused file as if it were sent in once more; return the new statement, to be read."""
    with statement.file.open("rb") as stored:
        again, _is_new = statements.take(
            MerchantAccount.objects.get(pk=statement.merchant_account_id),
            File(stored.file, name=statement.file_name),
            by=actor,
        )
    return again
