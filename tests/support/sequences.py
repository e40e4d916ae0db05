"""Numbers of rows as an installation of some years has them: five digits, and of no two tables the same.

In an empty database the first row of every table is number 1: a number shown with a thousands separator looks right,
and the number of a bill where that of a payment is meant finds something.
"""

from __future__ import annotations

from django.db import connection

#: The number of the first row of the first table, no amount of money; each further table begins so much higher.
FIRST, APART = 10_037, 10_000


def raise_sequences() -> None:
    """Let every table give its next row a number of its own five or more digits; rows that are there keep theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, place * %s + %s, false)
            FROM (
                SELECT *, row_number() OVER (ORDER BY sequencename) - 1 AS place FROM pg_sequences
                WHERE schemaname = current_schema()
            ) AS sequences""",
            [APART, FIRST],
        )
