"""Imports a bank file: stored, streamed into rows, previewed before anything counts.

A file is read all or nothing: rows of a file that turns out damaged are deleted again.
Whoever reads holds a lease, so a process that dies leaves the file to the next one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import BinaryIO, cast

from django.core.files import File
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from gateways.base import Gateway
from gateways.base import StatementRow as BankRow
from payments.errors import StatementRefused
from payments.merchants.accounts import adapter_for
from payments.models import MerchantAccount, Statement
from payments.models.statements import RowState, StatementState

from . import row_days, taken_back
from .formats import read, refusals

BATCH = 5000
LEASE = timedelta(minutes=2)
LARGEST_FILE = 1024 * 1024 * 1024
Progress = Callable[[int, int], None]
_COLUMNS = (
    "statement_id", "merchant_account_id", "line_number", "gateway_ref", "merchant_ref", "amount", "currency",
    "account", "occurred_at", "value_date", "description", "state",
)  # fmt: skip


def take(account: MerchantAccount, upload: File[bytes], *, by: User | None) -> tuple[Statement, bool]:
    """Store a file to be read; return it and whether it is new. The same file again is the first one.

    Raises StatementRefused when it is empty or too big.
    """
    if not 0 < (upload.size or 0) <= LARGEST_FILE:
        raise StatementRefused(_("Tệp trống hoặc quá lớn."))
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    values = {"merchant_account": account, "sha256": digest.hexdigest()}
    if earlier := Statement.objects.filter(**values).exclude(state=StatementState.REFUSED).first():
        return earlier, False
    try:
        with transaction.atomic():
            statement = Statement(**values, file_name=(upload.name or "")[-200:], size=upload.size or 0, uploaded_by=by)
            statement.file.save(f"{digest.hexdigest()[:32]}.dat", upload, save=False)
            statement.save()
            record("statement_upload", statement, by)
    except IntegrityError:
        # Somebody sent the same file in the same moment.
        return Statement.objects.exclude(state=StatementState.REFUSED).get(**values), False
    return statement, True


def claim(statement: Statement, state: StatementState) -> bool:
    """Hold a statement in a state for one process; False when another holds it or it has moved on."""
    now = timezone.now()
    free = Statement.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=statement.pk, state=state)
    return bool(free.update(lease_until=now + LEASE))


def load(statement: Statement, progress: Progress = lambda done, total: None) -> None:
    """Read the file into rows, then wait for a person to confirm.

    Raises StatementRefused, and GatewayMissing before anything is touched.
    Memory stays flat: rows pass in batches of BATCH by COPY. Call outside a transaction.
    """
    adapter = adapter_for(statement.merchant_account)
    if not claim(statement, StatementState.LOADING):
        return
    statement.rows.all().delete()  # what an earlier reader left when it died
    try:
        _read(statement, adapter, progress)
        taken_back.recognise(statement)
        row_days.set_closed_aside(statement)
    except StatementRefused as error:
        statement.rows.all().delete()
        Statement.objects.filter(pk=statement.pk).update(
            state=StatementState.REFUSED, error=error.message[:500], finished_at=timezone.now()
        )
        raise
    totals = statement.rows.aggregate(
        row_count=Count("id"),
        total_amount=Sum("amount", filter=~Q(state=RowState.DEBIT), default=0),
        first_day=Min("value_date"),
        last_day=Max("value_date"),
    )
    Statement.objects.filter(pk=statement.pk).update(
        state=StatementState.PREVIEW, lease_until=None, rows_done=0, **totals
    )
    statement.refresh_from_db()


def _read(statement: Statement, adapter: Gateway, progress: Progress) -> None:
    column_map = statement.merchant_account.settings.get("statement_columns", {})
    done = 0
    with statement.file.open("rb") as stored:
        file = cast(BinaryIO, stored.file)
        rows = iter(read.rows_of(file, adapter, column_map))
        while batch := list(islice(rows, BATCH)):
            try:
                _copy(statement, batch)
            except IntegrityError as error:
                raise _twice(statement, batch) from error
            except (DataError, OverflowError) as error:
                # What no check of a row has thought of.
                raise StatementRefused(
                    _("Số tiền, thời gian hoặc ký tự không thể có, trong khoảng dòng %(first)s–%(last)s.")
                    % {"first": batch[0][0], "last": batch[-1][0]}
                ) from error
            done += len(batch)
            Statement.objects.filter(pk=statement.pk).update(rows_done=done, lease_until=timezone.now() + LEASE)
            progress(statement.size if file.closed else file.tell(), statement.size)
    if not done:
        raise StatementRefused(_("Tệp không có dòng nào."))


def _twice(statement: Statement, batch: Sequence[tuple[int, BankRow]]) -> StatementRefused:
    """Name the transaction that stands twice, and both lines."""
    references = [row.gateway_ref for _, row in batch]
    lines = dict(statement.rows.filter(gateway_ref__in=references).values_list("gateway_ref", "line_number"))
    for number, row in batch:
        if row.gateway_ref in lines:
            why = _("mã giao dịch “%(reference)s” đã có ở dòng %(first)s (xuất hiện hai lần).")
            return refusals.at(number, "", why % {"reference": row.gateway_ref, "first": lines[row.gateway_ref]})
        lines[row.gateway_ref] = number
    return StatementRefused(
        _("Hai giao dịch ở cùng một dòng, trong khoảng dòng %(first)s–%(last)s.")
        % {"first": batch[0][0], "last": batch[-1][0]}
    )


def _copy(statement: Statement, batch: Iterable[tuple[int, BankRow]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    own = {number.lstrip("0"): number for number in statement.merchant_account.settings.get("accounts", ())}
    for number, row in batch:
        if row.occurred_at is None:
            raise refusals.at(number, "", _("thiếu thời gian giao dịch."))
        writer.writerow(
            (
                statement.pk,
                statement.merchant_account_id,
                number,
                row.gateway_ref,
                row.merchant_ref[:64],
                row.amount,
                (row.currency or "")[:8],
                _as_ours(row.account, own)[:40],
                row.occurred_at.isoformat(),
                timezone.localdate(row.occurred_at).isoformat(),
                str(row.facts.get("description", ""))[:255].replace("\x00", ""),
                RowState.DEBIT if row.is_debit else RowState.NEW,
            )
        )
    buffer.seek(0)
    columns = ", ".join(_COLUMNS)
    # FORCE_NOT_NULL: an empty text is a text, not NULL.
    texts = "gateway_ref, merchant_ref, currency, account, description"
    with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(
            f"COPY payments_statementrow ({columns}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({texts}))", buffer
        )


def _as_ours(account: str, own: Mapping[str, str]) -> str:
    """Return an account as the contract writes it: a spreadsheet drops the zeros before a number."""
    return own.get(account.lstrip("0"), account)


def record(act: str, statement: Statement, actor: User | None, **detail: int) -> None:
    """Write into the audit what somebody did with a file."""
    agency = statement.merchant_account.agency
    audit.record(act, f"statement:{statement.pk}", actor=actor, agency=agency, file=statement.file_name, **detail)
