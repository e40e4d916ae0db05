"""Rows typed together on one page, held to their constraints among each other.

The database knows none of them yet, so validating row by row finds nothing; Django compares them only
where no value is empty and never for periods. Saving them would be a 500.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import BaseConstraint, Model, UniqueConstraint
from psycopg2.extras import DateRange
from unfold.forms import PaginationInlineFormSet


class WholeRowFormSet(PaginationInlineFormSet):
    """A formset that refuses two of its rows by the message of the constraint they break together."""

    def clean(self) -> None:
        """Add the message to the later of two rows."""
        super().clean()
        forms = [form for form in self.forms if self._counts(form)]
        for constraint in self.model._meta.constraints:
            for earlier, later in combinations(forms, 2):
                if clash(constraint, earlier.instance, later.instance):
                    later.add_error(None, constraint.get_violation_error_message())

    def _counts(self, form: Any) -> bool:
        is_filled_in = form.has_changed() or form.instance.pk
        return bool(is_filled_in) and form.is_valid() and not self._should_delete_form(form)


def clash(constraint: BaseConstraint, one: Model, other: Model) -> bool:
    """Tell whether two rows break a constraint together; only one over plain fields, without a condition."""
    if getattr(constraint, "condition", None) is not None:
        return False
    if isinstance(constraint, UniqueConstraint) and not constraint.expressions:
        pairs = [(_value(one, name), _value(other, name)) for name in constraint.fields]
        is_known = constraint.nulls_distinct is False or all(None not in pair for pair in pairs)
        return is_known and all(first == second for first, second in pairs)
    if isinstance(constraint, ExclusionConstraint):
        return all(
            isinstance(name, str) and _relates(operator, _value(one, name), _value(other, name))
            for name, operator in constraint.expressions
        )
    return False


def _value(row: Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _relates(operator: str, one: Any, other: Any) -> bool:
    if operator == RangeOperators.EQUAL:
        return one is not None and one == other
    if operator == RangeOperators.OVERLAPS and isinstance(one, DateRange) and isinstance(other, DateRange):
        return _begins_before_end(one, other) and _begins_before_end(other, one)
    return False


def _begins_before_end(one: DateRange, other: DateRange) -> bool:
    """Half-open periods; an empty one overlaps nothing."""
    if one.isempty or other.isempty:
        return False
    return one.lower is None or other.upper is None or one.lower < other.upper
