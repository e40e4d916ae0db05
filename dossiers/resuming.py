"""Going on with a draft on another phone: its code, and a one-time code sent to the phone it names."""

from __future__ import annotations

import re
from contextlib import suppress

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from . import drafts, one_time_codes
from .models import Draft
from .step_forms import PersonForm

SESSION_RESUMING = "resuming_draft"
PURPOSE = "draft"


class ResumeForm(forms.Form):
    """The draft's code, and then the code sent to its phone."""

    draft = forms.CharField(
        label=gettext_lazy("Mã hồ sơ nháp"),
        help_text=gettext_lazy("8 chữ và số, ví dụ ACDE-FGHJ"),
        max_length=20,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_draft(self) -> str:
        """Forgive spaces, dashes and lower case."""
        letters = re.sub(r"[^A-Z0-9]", "", self.cleaned_data["draft"].upper())
        return f"{letters[:4]}-{letters[4:8]}"


class OneTimeCodeForm(forms.Form):
    """Six digits; spaces are forgiven, pasting works."""

    one_time_code = forms.CharField(
        label=gettext_lazy("Mã xác nhận"),
        help_text=gettext_lazy("6 chữ số vừa nhắn đến điện thoại ghi trong hồ sơ; dùng trong 5 phút"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Ask for a draft's code and send a one-time code to its phone; who made a code up is told the same."""
    form = ResumeForm(request.POST or None, initial={"draft": request.GET.get("ma", "")[:20]})
    if request.method == "GET" or not form.is_valid():
        return render(request, "dossiers/submit/resume.html", {"form": form}, status=422 if form.is_bound else 200)
    code = form.cleaned_data["draft"]
    request.session[SESSION_RESUMING] = code
    found = Draft.objects.filter(code=code, dossier=None).select_related("case__procedure").first()
    if found and (phone := _phone_of(found)):
        with suppress(one_time_codes.TooManyCodes):  # the page says how often codes are sent, to everybody alike
            one_time_codes.send(PURPOSE, code, phone)
    return redirect("submit-resume-code")


@never_cache
@require_http_methods(["GET", "POST"])
def resume_with_code(request: HttpRequest) -> HttpResponse:
    """Take the one-time code and open the draft in this browser."""
    code = request.session.get(SESSION_RESUMING)
    if not code:
        return redirect("submit-resume")
    form = OneTimeCodeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        found = Draft.objects.filter(code=code, dossier=None).first()
        if found and one_time_codes.check(PURPOSE, code, form.cleaned_data["one_time_code"]):
            del request.session[SESSION_RESUMING]
            drafts.remember(request, found)
            following = drafts.first_open_step(found)
            if following:
                return redirect("submit-step", code=code, step=following.slug)
            return redirect("submit-check", code=code)
        form.add_error("one_time_code", _("Mã chưa đúng hoặc đã hết hạn. Xem lại tin nhắn, hoặc lấy mã mới."))
    return render(request, "dossiers/submit/resume_code.html", {"form": form}, status=422 if form.is_bound else 200)


def _phone_of(draft: Draft) -> str:
    form = drafts.form_of(draft, PersonForm)
    return str(form.cleaned_data["owner_phone"]) if form.is_valid() else ""
