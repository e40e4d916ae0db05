"""Which constraint refused a row because there is one like it, and the words for that.

A form is held to constraints before it is saved, and two people at once pass that check: the database has the
last word. What it says becomes words here, for the verb that wants to name the other row (`is_duplicate`) and for
every view that does not (`portal.incoming.duplicates`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError
from django.utils.translation import gettext as _
from psycopg2.errors import ExclusionViolation, UniqueViolation


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A constraint that is broken, and what it says to people."""

    constraint: str
    words: str


def duplicate_in(error: BaseException) -> Duplicate | None:
    """Return which constraint an error of the database is about; None for any other error."""
    cause = error.__cause__
    if not isinstance(error, IntegrityError) or not isinstance(cause, UniqueViolation | ExclusionViolation):
        return None
    return Duplicate(cause.diag.constraint_name or "", words_of(cause.diag.table_name, cause.diag.constraint_name))


def is_duplicate(error: BaseException, constraint: str) -> bool:
    """Tell whether an error of the database is that this constraint is broken."""
    duplicate = duplicate_in(error)
    return duplicate is not None and duplicate.constraint == constraint


def words_of(table: str | None, constraint: str | None) -> str:
    """Return what a constraint of a table says to people: its own words, else that there is such a row."""
    model = next((each for each in apps.get_models() if each._meta.db_table == table), None)
    if model is None:
        return _("Điều vừa ghi đã có rồi.")
    for each in model._meta.constraints:
        if each.name == constraint and each.violation_error_message != each.default_violation_error_message:
            return str(each.violation_error_message)
    return _("Đã có %(what)s như vậy.") % {"what": model._meta.verbose_name}
