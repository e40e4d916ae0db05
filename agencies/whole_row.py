"""Constraints checked with the whole row, also where a form has only some of its fields.

Django leaves out of a form's validation every field the form does not have. A constraint over such
a field is then skipped, so that the database refuses the row when it is saved (a 500), or, where the
field stands in the condition of an exclusion constraint, cannot even be resolved (FieldError).
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import models


class WholeRow(models.Model):
    """A row whose constraints are checked with its own value for each field that the form does not have.

    A field that failed the form's validation counts with the value it had before.
    """

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check every constraint of the model. Raises ValidationError."""
        super().validate_constraints(exclude=None)
