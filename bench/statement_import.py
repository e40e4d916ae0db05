"""A bank's file of a million rows: read, previewed and matched in bounded memory."""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import connection
from django.utils import timezone

from payments.models.statements import RowState
from payments.reconciliation import confirmation, matching, previews, statements

from .seeding import Field

ROWS = 1_000_000
#: Money the ledger knows, so that nearly every row is matched and not news.
_BOOKED = """
INSERT INTO payments_ledgerevent (kind, amount, before, after, money_key, merchant_account_id, value_date,
                                  is_correction, cause, cause_id, detail)
SELECT kind, sign * 50000, '', '', CASE WHEN sign = 1 THEN 'vnptpay:' || %(account)s || ':S' || n ELSE '' END,
       %(account)s, current_date - 1, false, 'bench', '', '{}'
FROM generate_series(1, %(rows)s) n, (VALUES ('money_received', 1), ('bench', -1)) two(kind, sign)
"""


def run(field: Field) -> dict[str, float]:
    """Return seconds to read and to match, and the growth of memory in MB."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, {"account": field.account.pk, "rows": ROWS})
        cursor.execute("ANALYZE")
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        path = Path(folder) / "statement.csv"
        day = f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y} 10:00:00"
        with path.open("w") as file:
            file.write("Mã giao dịch;Số tiền;Thời gian giao dịch;Mã thanh toán;Nội dung\n")
            file.writelines(f"S{n};50000;{day};;NOP PHI {n}\n" for n in range(1, ROWS + 1))
        before = _memory()
        began = time.monotonic()
        with path.open("rb") as file:
            statement, _ = statements.take(field.account, File(file, name=path.name), by=None)
        statements.load(statement)
        read = time.monotonic() - began
        previews.of(statement)
        confirmation.match_known(statement, actor=None)
        statement.refresh_from_db()
        began = time.monotonic()
        matching.apply(statement)
        matched = time.monotonic() - began
        if statement.rows.filter(state=RowState.MATCHED).count() != ROWS:
            raise SystemExit("not every row was matched")
    return {
        "statement_million_rows_read_seconds": read,
        "statement_million_rows_matched_seconds": matched,
        "statement_million_rows_memory_growth_mb": _memory() - before,
    }


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
