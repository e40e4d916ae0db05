"""Resuming a draft elsewhere: its code, and a one-time code sent to the phone it names."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.proof_of_work import ProvenForm
from core.values.codes import LONGEST, draft_code
from dossiers.models import Draft
from dossiers.one_time_codes.forms import OneTimeCodeForm, send_quietly

from . import assisted, drafts

SESSION_RESUMING = "resuming_draft"
PURPOSE = "draft"


class ResumeForm(ProvenForm):
    """The draft's code, and then the code sent to its phone."""

    draft = forms.CharField(
        label=gettext_lazy("Mã hồ sơ nháp"),
        help_text=gettext_lazy("8 chữ và số, ví dụ ACDE-FGHJ"),
        max_length=LONGEST,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_draft(self) -> str:
        """Read it in whatever was pasted."""
        return draft_code(self.cleaned_data["draft"])


@never_cache
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Ask for a draft's code and send a one-time code to its phone; an invented code gets the same answer."""
    form = ResumeForm(request.POST or None, initial={"draft": request.GET.get("ma", "")[:20]})
    if request.method == "GET" or not form.is_valid():
        return render(request, "dossiers/submission/resume.html", {"form": form}, status=422 if form.is_bound else 200)
    code = form.cleaned_data["draft"]
    draft = Draft.objects.filter(code=code, dossier=None).select_related("case__procedure").first()
    if not send_quietly(request, form, PURPOSE, code, assisted.phone_of(draft) if draft else ""):
        return render(request, "dossiers/submission/resume.html", {"form": form}, status=422)
    request.session[SESSION_RESUMING] = code
    return redirect("submit-resume-code")


@never_cache
@require_http_methods(["GET", "POST"])
def resume_with_code(request: HttpRequest) -> HttpResponse:
    """Take the one-time code and open the draft in this browser."""
    code = request.session.get(SESSION_RESUMING)
    if not code:
        return redirect("submit-resume")
    form = OneTimeCodeForm(request.POST or None)
    if form.is_bound and form.is_right(PURPOSE, code):
        draft = Draft.objects.filter(code=code, dossier=None).first()
        if draft is None:  # handed in, or forgotten, since the code was sent
            return redirect("submit-resume")
        del request.session[SESSION_RESUMING]
        assisted.leave_to_citizen(draft)
        drafts.remember(request, draft)
        following = drafts.first_open_step(draft)
        if following:
            return redirect("submit-step", code=code, step=following.slug)
        return redirect("submit-check", code=code)
    context = {
        "form": form,
        "intro": _(
            "Nếu mã hồ sơ nháp đúng, chúng tôi nhắn một mã đến số điện thoại ghi trong đó. Mỗi số nhận nhiều nhất "
            "5 mã một giờ, cách nhau 30 giây; mã mới nhất là mã dùng được."
        ),
        "act": _("Mở hồ sơ nháp"),
        "again": reverse("submit-resume"),
    }
    return render(request, "dossiers/one_time_codes/one_time_code.html", context, status=422 if form.errors else 200)
