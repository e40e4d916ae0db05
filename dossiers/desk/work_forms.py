"""What an officer fills in while working a dossier: one form for each decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ..models import Dossier, Stage
from ..uploads import Paper, read_upload
from ..working import colleagues


class NoteForm(forms.Form):
    """A word for the file, if there is one."""

    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=255, required=False)


class ReasonForm(forms.Form):
    """Why: it is printed for the citizen."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do (in cho công dân)"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SupplementForm(ReasonForm):
    """All that is missing, asked once."""

    items = forms.CharField(
        label=gettext_lazy("Giấy tờ còn thiếu, mỗi dòng một loại"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Ghi đủ trong một lần."),
    )
    field_order = ["items", "reason"]


class ExtendForm(ReasonForm):
    """A later date and an apology."""

    until = forms.DateField(label=gettext_lazy("Hẹn trả mới"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["until", "reason"]

    def moment(self) -> datetime:
        """Return the end of the working day that was chosen."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime(day.year, day.month, day.day, 17))  # noqa: DTZ001 - made aware here


class AssignForm(forms.Form):
    """Whose turn it is now."""

    taker = forms.ModelChoiceField(label=gettext_lazy("Giao cho"), queryset=None)
    stage = forms.ChoiceField(label=gettext_lazy("Để"), choices=Stage.choices)
    note = forms.CharField(label=gettext_lazy("Ý kiến"), max_length=255, required=False)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taker = self.fields["taker"]
        assert isinstance(taker, forms.ModelChoiceField)  # noqa: S101 - declared so above
        taker.queryset = colleagues(dossier)


class ResultForm(forms.Form):
    """What came out."""

    number = forms.CharField(label=gettext_lazy("Số kết quả"), max_length=60)
    signed_on = forms.DateField(label=gettext_lazy("Ngày ký"), widget=forms.DateInput(attrs={"type": "date"}))
    signer = forms.CharField(label=gettext_lazy("Người ký"), max_length=120)
    file = forms.FileField(label=gettext_lazy("Tệp kết quả (PDF, JPG, PNG)"), required=False)

    def clean_signed_on(self) -> object:
        """Nothing is signed tomorrow."""
        if self.cleaned_data["signed_on"] > timezone.localdate():
            raise ValidationError(gettext("Ngày ký không thể ở tương lai."))
        return self.cleaned_data["signed_on"]

    def clean_file(self) -> Paper | None:
        """Store a checked copy, never the file as it came."""
        upload: UploadedFile[Any] | None = self.cleaned_data.get("file")
        return read_upload(upload) if upload else None
