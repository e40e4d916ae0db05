"""Constraints checked with the whole row, also where a form has only some of its fields.

Django leaves out of a form's validation every field the form does not have. A constraint over such
a field is then skipped, so that the database refuses the row when it is saved (a 500), or, where the
field stands in the condition of an exclusion constraint, cannot even be resolved (FieldError).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models


class WholeRow(models.Model):
    """A row whose constraints a form checks with the row's own value for each field that the form does not have.

    A field that failed the form's validation counts with the value it had before.
    """

    class Meta:
        abstract = True

    def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,
        validate_constraints: bool = True,
    ) -> None:
        """Validate as Django does, but every constraint. Raises ValidationError.

        What a constraint says of a field in `exclude` is said of the row: a form may not have the field.
        """
        excluded = set(exclude or ())
        errors: dict[str, list[ValidationError]] = {}
        try:
            super().full_clean(exclude=excluded, validate_unique=validate_unique, validate_constraints=False)
        except ValidationError as error:
            error.update_error_dict(errors)
        if validate_constraints:
            errors = self._broken_constraints(excluded, errors)
        if errors:
            raise ValidationError(errors)

    def _broken_constraints(
        self, exclude: set[str], errors: dict[str, list[ValidationError]]
    ) -> dict[str, list[ValidationError]]:
        broken: dict[str, list[ValidationError]] = {}
        try:
            self.validate_constraints()
        except ValidationError as error:
            error.update_error_dict(broken)
        for field, messages in broken.items():
            errors.setdefault(NON_FIELD_ERRORS if field in exclude else field, []).extend(messages)
        return errors
