"""Dossier codes: `{agency identifier}-{yymmdd}-{nnnn}`, counted by the database (docs/reference/domain.md#codes)."""

from __future__ import annotations

from datetime import date

from django.db import connection

from agencies.models import Agency

_NEXT = """
INSERT INTO dossiers_dossiercounter (identifier, day, last_number) VALUES (%s, %s, 1)
ON CONFLICT (identifier, day) DO UPDATE SET last_number = dossiers_dossiercounter.last_number + 1
RETURNING last_number
"""


def next_code(agency: Agency, day: date) -> str:
    """Return the next code of an agency on a day, in the caller's transaction.

    The counter's row stays locked until the commit, so codes are unique without gaps,
    however many processes number at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [agency.identifier, day])
        number = cursor.fetchone()[0]
    return f"{agency.identifier}-{day:%y%m%d}-{number:04d}"
