"""Assisted submission at the desk: case, steps, confirmation, payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Agency
from dossiers.errors import NotConfirmable
from dossiers.models import Assistance, Channel, Dossier, Draft, IdentityShown
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.one_time_codes.forms import OneTimeCodeForm, words_for
from dossiers.printing import layout, slips
from dossiers.submission import assisted as submission_assisted
from dossiers.submission import drafts, summary
from dossiers.submission.forms import STEPS
from procedures.catalogue.filters import open_on
from procedures.catalogue.search import every_hit
from procedures.fees import FeeUnknown
from procedures.models import ProcedureCase

from .access import DeskStaff, for_staff
from .customer_display import views
from .fees.state import owed
from .handover.shown_forms import ShownForm

#: What a search shows ready to begin; the rest stands below by name.
MOST = 10
WAYS = [
    (Channel.ONLINE, gettext_lazy("Trực tuyến, công dân xác nhận bằng mã gửi đến điện thoại")),
    (Channel.COUNTER, gettext_lazy("Tại quầy, công dân xác nhận bằng mã hoặc ký bản in")),
]


class BeginForm(forms.Form):
    """Which case, at which office, in which way."""

    case = forms.ModelChoiceField(ProcedureCase.objects.select_related("procedure"), to_field_name="slug")
    agency = forms.ModelChoiceField(Agency.objects.none())
    channel = forms.ChoiceField(choices=WAYS)

    def __init__(self, *args: Any, offices: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = offices  # type: ignore[attr-defined]


class SignatureForm(ShownForm):
    """Which paper the citizen showed, and that they signed."""

    is_signed = forms.BooleanField(label=gettext_lazy("Công dân đã đọc và ký bản tóm tắt trước mặt tôi"))

    def __init__(self, ready: drafts.Complete, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self._ready = ready
        choices = [choice for choice in IdentityShown.choices if choice[0] != IdentityShown.SLIP]
        self.fields["identity_shown"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Hold the paper against the number that was declared, and the signature against what was printed."""
        given = super().clean()
        owner, tail = self._ready.application.owner_name, given.get("identity_tail", "")
        if not submission_assisted.is_other_number(self._ready, tail):
            self.ask_nothing()
        elif not given.get("identity_note") and "identity_note" not in self.errors:
            said = _(
                "%(tail)s không phải 4 ký tự cuối giấy tờ của %(owner)s đã khai. Xem lại giấy tờ, sửa số đã khai, "
                "hoặc ghi lý do."
            )
            self.add_error("identity_tail", said % {"tail": tail, "owner": owner})
        is_here = self._ready.draft.assistance.channel == Channel.COUNTER
        if is_here and not submission_assisted.is_printed(self._ready):
            self.add_error("is_signed", _("Bản tóm tắt này chưa được in: in, để công dân đọc và ký, rồi mới nộp."))
        return given


@require_http_methods(["GET", "POST"])
@for_staff
def assist(request: HttpRequest, staff: DeskStaff) -> HttpResponse:
    """Find the case and begin."""
    if not staff.acts_for:
        raise PermissionDenied
    views.clear_if_left(request)
    offices = _offices(staff)
    form = BeginForm(request.POST or None, offices=offices)
    if form.is_valid():
        given = form.cleaned_data
        draft = submission_assisted.begin(
            given["case"], officer=staff.user, agency=given["agency"], channel=Channel(given["channel"])
        )
        views.show_draft(request, draft)
        return redirect("submit-step", code=draft.code, step=STEPS[0].slug)
    text = request.GET.get("tim", "").strip()[:100]
    hits = list(every_hit(text, open_on(timezone.localdate())).prefetch_related("cases__decided_by")) if text else []
    context = {
        "staff": staff,
        "sought": text,
        "procedures": hits[:MOST],
        "left_out": hits[MOST:],
        "offices": offices,
        "ways": WAYS,
        # Who sits at a counter helps people at a counter: what they chose last is what they choose next.
        "last_way": Assistance.objects.filter(officer=staff.user)
        .order_by("-pk")
        .values_list("channel", flat=True)
        .first(),
    }
    return render(request, "dossiers/desk/assist.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_staff
def assisted(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """The summary, and how the citizen confirms it. `viec` says what was pressed."""
    draft = _theirs(request, staff, code)
    if draft.dossier:
        return _handed_in(request, draft.dossier)
    act = request.POST.get("viec", "")
    if act == "bo":
        submission_assisted.give_up(draft)
        views.show(request, None)
        messages.success(request, _("Đã bỏ hồ sơ và xóa những gì đã điền."))
        return redirect("desk-assist")
    ready = drafts.complete(draft)
    if not isinstance(ready, drafts.Complete):
        return redirect("submit-step", code=code, step=ready.slug)
    views.show_draft(request, draft)
    code_form = OneTimeCodeForm(request.POST if act == "ma" else None)
    signature = SignatureForm(ready, request.POST if act == "ky" else None)
    try:
        if act == "ma" and code_form.is_valid():
            if handed := submission_assisted.hand_in_with_code(draft, code_form.cleaned_data["one_time_code"]):
                return _handed_in(request, *handed)
            code_form.add_error("one_time_code", _("Mã chưa đúng, đã hết hạn, hoặc hồ sơ đã sửa sau khi gửi mã."))
        elif act == "ky" and signature.is_valid():
            shown = {
                name: signature.cleaned_data[name] for name in ("identity_shown", "identity_tail", "identity_note")
            }
            return _handed_in(request, *submission_assisted.hand_in_with_signature(draft, **shown))
        elif act == "gui-ma":
            _send(request, ready)
            return redirect("desk-assisted", code=code)
        elif act == "tai-quay":
            submission_assisted.go_to_counter(draft)
            return redirect("desk-assisted", code=code)
    except FeeUnknown:
        messages.error(request, _("Chưa có biểu phí đang áp dụng cho trường hợp này."))
    except NotConfirmable:
        messages.error(request, _("Hồ sơ nộp trực tuyến cần mã xác nhận; ký bản in thì chuyển sang nộp tại quầy."))
    if draft.assistance.asked_digest and not act:
        code_form.fields["one_time_code"].widget.attrs["autofocus"] = True
    context = summary.context_of(ready) | {
        "staff": staff,
        "assistance": draft.assistance,
        "phone": ready.application.owner_phone,
        "code_form": code_form,
        "signature": signature,
        "form": signature if act == "ky" else code_form,
    }
    return render(request, "dossiers/desk/assisted.html", context, status=422 if act in ("ma", "ky") else 200)


@require_POST
@for_staff
def print_summary(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """The summary as a PDF, for the citizen to read and sign."""
    draft = _theirs(request, staff, code)
    ready = None if draft.dossier else drafts.complete(draft)
    if not isinstance(ready, drafts.Complete):
        raise Http404
    context = summary.context_of(ready)
    if not context["quote"]:
        raise Http404
    submission_assisted.note_printed(ready)
    page = layout.render(slips.summary_to_sign(draft, context, timezone.now()), "a4")
    response = HttpResponse(page, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="tom-tat-{draft.code}.pdf"'
    return response


def _offices(staff: DeskStaff) -> QuerySet[Agency]:
    return Agency.objects.existing_on(timezone.localdate()).filter(pk__in=staff.acts_for).order_by("name")


def _theirs(request: HttpRequest, staff: DeskStaff, code: str) -> Draft:
    """Return a draft this officer fills in today. Raises Http404 for everything else."""
    if not staff.acts_for:
        raise PermissionDenied
    draft = drafts.mine(request, code)
    if draft is None or drafts.assistance_of(draft) is None:
        raise Http404
    return draft


def _send(request: HttpRequest, ready: drafts.Complete) -> None:
    try:
        submission_assisted.ask(ready)
    except one_time_codes.TooManyCodes as error:
        messages.warning(request, words_for(error, is_one_usable=False))
    except NotConfirmable:
        messages.error(request, _("Mã chỉ gửi đến điện thoại của chính công dân, không phải của cán bộ."))
    else:
        messages.success(request, _("Đã gửi mã đến điện thoại của công dân."))


def _handed_in(request: HttpRequest, dossier: Dossier, pin: str = "") -> HttpResponse:
    views.show(request, dossier, pin)
    if pin:
        messages.success(request, _taken_in(dossier))
    return redirect("desk-dossier", code=dossier.code)


def _taken_in(dossier: Dossier) -> str:
    """Say that it is in, not "paid", which this product says of money alone; and what the citizen does now."""
    if owed(dossier):
        text = _("Đã nhận hồ sơ %(code)s. Mời công dân ghi mã PIN trên màn hình phụ và nộp phí.")
    else:
        text = _("Đã nhận hồ sơ %(code)s. Mời công dân ghi mã PIN trên màn hình phụ.")
    return text % {"code": dossier.code}
