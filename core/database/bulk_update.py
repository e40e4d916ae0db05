"""Writing many rows of one table in one statement.

Django's bulk_update builds one CASE per column and row, which costs more than the
settlement itself; PostgreSQL's `UPDATE … FROM (VALUES …)` does not care how many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db import connection, models
from psycopg2.extras import execute_values


def update_rows(model: type[models.Model], rows: Iterable[models.Model], columns: Sequence[str]) -> None:
    """Write the named columns of rows that exist already. The column names are ours, never a user's."""
    to_update = list(rows)
    if not to_update:
        return
    fields = [next(f for f in model._meta.concrete_fields if column in (f.name, f.attname)) for column in columns]
    types = ["bigint", *(field.db_type(connection) for field in fields)]
    values = [
        (row.pk, *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields))
        for row in to_update
    ]
    quote: Callable[[str | None], str] = connection.ops.quote_name  # type: ignore[assignment]
    assignments = ", ".join(f"{quote(field.column)} = new.{quote(field.column)}" for field in fields)
    names = ", ".join(["id", *(quote(field.column) for field in fields)])
    statement = (
        f"UPDATE {quote(model._meta.db_table)} AS old SET {assignments} "  # noqa: S608
        f"FROM (VALUES %s) AS new ({names}) WHERE old.id = new.id"
    )
    template = "(" + ", ".join(f"%s::{kind}" for kind in types) + ")"
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, statement, values, template=template, page_size=len(values))
