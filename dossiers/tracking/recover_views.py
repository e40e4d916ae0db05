"""Look-up without a PIN: code, and a one-time code sent to the phone it names."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.values.codes import LONGEST
from dossiers.models import Dossier
from dossiers.one_time_codes.forms import OneTimeCodeForm, send_quietly

from .access import remember
from .forms import CodeForm

SESSION_RECOVERING = "recovering_dossier"
#: As it was typed: a code written tidily would tell that there is such a dossier.
SESSION_TYPED = "recovering_typed"
PURPOSE = "lookup"


@never_cache
@require_http_methods(["GET", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """Ask for a dossier's code and send a one-time code to its phone; an invented code gets the same answer."""
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:50]})
    if request.method == "GET" or not form.is_valid():
        return render(request, "dossiers/tracking/recover.html", {"form": form}, status=422 if form.is_bound else 200)
    code = form.cleaned_data["code"]
    dossier = Dossier.objects.filter(code=code).first()
    if not send_quietly(request, form, PURPOSE, code, dossier.owner_phone if dossier else ""):
        return render(request, "dossiers/tracking/recover.html", {"form": form}, status=422)
    request.session[SESSION_RECOVERING], request.session[SESSION_TYPED] = code, request.POST["code"][:LONGEST]
    return redirect("lookup-code")


@never_cache
@require_http_methods(["GET", "POST"])
def recover_with_code(request: HttpRequest) -> HttpResponse:
    """Take the one-time code and open the dossier in this browser."""
    code = request.session.get(SESSION_RECOVERING)
    if not code:
        return redirect("lookup-send")
    form = OneTimeCodeForm(request.POST or None)
    if form.is_bound and form.is_right(PURPOSE, code):
        del request.session[SESSION_RECOVERING]
        remember(request, Dossier.objects.get(code=code))
        return redirect("dossier", code=code)
    context = {
        "form": form,
        "intro": _(
            "Nếu mã hồ sơ đúng, chúng tôi nhắn một mã đến số điện thoại ghi trong hồ sơ. Mỗi số nhận nhiều nhất "
            "5 mã một giờ, cách nhau 30 giây; mã mới nhất là mã dùng được."
        ),
        "act": _("Mở hồ sơ"),
        "again": f"{reverse('lookup-send')}?{urlencode({'code': request.session.get(SESSION_TYPED, '')})}",
    }
    return render(request, "dossiers/one_time_codes/one_time_code.html", context, status=422 if form.errors else 200)
