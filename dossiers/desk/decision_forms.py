"""Forms of an officer's decisions, one each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from core.values.form_fields import PlainTextField
from dossiers.attachments.scan import read_at_once
from dossiers.attachments.validation import Paper
from dossiers.models import Dossier, Result, Stage
from dossiers.processing.decisions import colleagues
from dossiers.processing.signing import signers, standing_of


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class DecisionForm(forms.Form):
    """What all of them have: the dossier that is decided about."""

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier = dossier


class NoteForm(DecisionForm):
    """A word for the file, if there is one."""

    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=255, required=False)


class WithdrawForm(DecisionForm):
    """By what the citizen asked for it: nobody withdraws another's dossier on their own account."""

    note = PlainTextField(
        label=gettext_lazy("Công dân yêu cầu thế nào, vì sao"),
        help_text=gettext_lazy("Ví dụ: đơn xin rút ngày 30/11/2026, nộp nhầm thủ tục."),
        min_length=5,
        max_length=255,
    )


class ReasonForm(DecisionForm):
    """Why: it is printed for the citizen."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do (in cho công dân)"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class TakeBackForm(DecisionForm):
    """Why a result that was given out comes back: for the file, not for the citizen."""

    reason = forms.CharField(label=gettext_lazy("Vì sao thu hồi"), min_length=3, max_length=255)


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

    until = _day(gettext_lazy("Hẹn trả mới"))
    field_order = ["until", "reason"]

    def clean_until(self) -> date:
        """A year more is a slip of the finger."""
        day: date = self.cleaned_data["until"]
        if day > timezone.localdate() + timedelta(days=366):
            raise ValidationError(gettext("Ngày hẹn mới không quá một năm kể từ hôm nay."))
        return day

    def moment(self) -> datetime:
        """Return the end of the working day that was chosen."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime(day.year, day.month, day.day, 17))  # noqa: DTZ001 - made aware here


class AssignForm(DecisionForm):
    """Whose turn it is now."""

    stage = forms.ChoiceField(label=gettext_lazy("Để"), choices=Stage.choices)
    note = forms.CharField(label=gettext_lazy("Ý kiến"), max_length=255, required=False)
    field_order = ["taker", "stage", "note"]

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, dossier=dossier, **kwargs)
        self.fields["taker"] = forms.ModelChoiceField(colleagues(dossier), label=gettext_lazy("Giao cho"))
        if signers(dossier).exists():  # they are given a draft (`SubmitForm`), not a dossier without one
            self.fields["stage"].choices = [  # type: ignore[attr-defined]
                choice for choice in Stage.choices if choice[0] != Stage.SIGNING
            ]
        self.order_fields(self.field_order)


class SubmitForm(DecisionForm):
    """The draft, and who shall sign it."""

    number = forms.CharField(label=gettext_lazy("Số kết quả dự kiến"), max_length=60)
    file = forms.FileField(label=gettext_lazy("Dự thảo kết quả (PDF, JPG, PNG)"))
    note = forms.CharField(label=gettext_lazy("Ý kiến trình"), max_length=180, required=False)
    field_order = ["number", "file", "taker", "note"]

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        """Who signed the agency's last result stands there already."""
        super().__init__(*args, dossier=dossier, **kwargs)
        able = signers(dossier)
        last = Result.objects.filter(dossier__agency=dossier.agency_id, signed_by__in=able).order_by("-id").first()
        self.fields["taker"] = forms.ModelChoiceField(
            able, label=gettext_lazy("Trình"), initial=last.signed_by if last else able.first(), empty_label=None
        )
        self.order_fields(self.field_order)

    def clean_file(self) -> Paper:
        """Store a checked copy, never the file as it came."""
        return read_at_once(self.cleaned_data["file"])


class AnswerForm(DecisionForm):
    """About the draft that was seen, and no other."""

    draft = forms.IntegerField(label=gettext_lazy("Dự thảo kết quả"), widget=forms.HiddenInput)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        self.waiting = standing_of(dossier).waiting
        if self.waiting:
            of_draft = {"draft": self.waiting.pk, "number": self.waiting.number}
            kwargs["initial"] = kwargs.get("initial", {}) | of_draft
        super().__init__(*args, dossier=dossier, **kwargs)


class SignForm(AnswerForm):
    """The number as it is given out; the signed file, where it is another than the draft."""

    number = forms.CharField(label=gettext_lazy("Số kết quả"), max_length=60)
    file = forms.FileField(
        label=gettext_lazy("Tệp đã ký số hoặc quét bản đã ký"),
        help_text=gettext_lazy("Để trống thì dùng tệp dự thảo đã trình."),
        required=False,
    )

    def clean_file(self) -> Paper | None:
        """Store a checked copy, never the file as it came."""
        upload: UploadedFile[Any] | None = self.cleaned_data.get("file")
        return read_at_once(upload) if upload else None


class SendBackForm(AnswerForm):
    """Why it is not signed: for the officer, not for the citizen."""

    reason = forms.CharField(label=gettext_lazy("Lý do trả lại"), min_length=3, max_length=255)


class RecallForm(AnswerForm):
    """A word for the file, if there is one."""

    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=255, required=False)


class ResultForm(DecisionForm):
    """What came out."""

    number = forms.CharField(label=gettext_lazy("Số kết quả"), max_length=60)
    signer = PlainTextField(label=gettext_lazy("Người ký"), max_length=120)
    signed_on = _day(gettext_lazy("Ngày ký"))
    file = forms.FileField(label=gettext_lazy("Tệp kết quả (PDF, JPG, PNG)"), required=False)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        """Today, and who signed the agency's last result: mostly right."""
        results = Result.objects.filter(dossier__agency=dossier.agency_id).order_by("-id")
        signer = results.values_list("signer", flat=True).first()
        kwargs["initial"] = {"signed_on": timezone.localdate(), "signer": signer or ""} | kwargs.get("initial", {})
        super().__init__(*args, dossier=dossier, **kwargs)

    def clean_signed_on(self) -> date:
        """Nothing is signed tomorrow."""
        day: date = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise ValidationError(gettext("Ngày ký không thể ở tương lai."))
        return day

    def clean_file(self) -> Paper | None:
        """Store a checked copy, never the file as it came."""
        upload: UploadedFile[Any] | None = self.cleaned_data.get("file")
        return read_at_once(upload) if upload else None
