"""The field of a rule's tiers: words in, words out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from procedures.schedules.tiers import read_tiers, write_tiers


class TiersField(forms.Field):
    """Tiers as `procedures.schedules.tiers` reads them."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Bậc"),
            required=False,
            widget=UnfoldAdminTextInputWidget(),
            help_text=_("Khi mức thu đổi theo số lượng. Ghi như: đến 2: 2.000; còn lại: 1.000."),
        )

    def prepare_value(self, value: Any) -> Any:
        """Return words for what is stored, and what was typed as it was typed."""
        return write_tiers(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[dict[str, int | None]]:
        """Return the tiers; none where nothing is written. Raises ValidationError."""
        try:
            return read_tiers(value)
        except ValueError as error:
            words = _("Ghi từng bậc như: đến 2: 2.000; còn lại: 1.000. Bậc sau phải cao hơn bậc trước.")
            raise ValidationError(words, code="tiers") from error
