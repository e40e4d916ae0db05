"""Choosing delivery by post: address, then a one-time code."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.values.identity import phone_as_spoken
from dossiers.errors import NotPostable
from dossiers.models import Dossier
from dossiers.one_time_codes.forms import OneTimeCodeForm, send_openly
from dossiers.submission.forms import AddressForm
from dossiers.tracking.access import for_opened

from . import orders as postal_orders

PURPOSE = "by_post"
#: Addresses that wait for their code: dossier code → address.
SESSION_ADDRESSES = "post_to"


@never_cache
@require_http_methods(["GET", "POST"])
@for_opened
def by_post(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Ask where to, send a code to the owner's phone, and order the post once the code is right."""
    if not postal_orders.may_choose(dossier):
        return redirect("dossier", code=dossier.code)
    kept = request.session.get(SESSION_ADDRESSES, {}).get(dossier.code)
    if kept and "one_time_code" in request.POST:
        return _with_code(request, dossier, kept)
    owner = {"receiver_name": dossier.owner_name, "receiver_phone": phone_as_spoken(dossier.owner_phone)}
    form = AddressForm(dossier.case, request.POST if request.method == "POST" else None, initial=owner)
    if not form.is_valid():
        return _show(request, dossier, form, status=422 if form.is_bound else 200)
    _keep(request, dossier.code, asdict(form.address()))
    code_form = send_openly(request, form, PURPOSE, dossier.code, dossier.owner_phone)
    if form.challenge:
        return _show(request, dossier, form)
    return _show(request, dossier, code_form if code_form.is_asked else form, said=code_form, status=code_form.status)


def _with_code(request: HttpRequest, dossier: Dossier, kept: dict[str, str]) -> HttpResponse:
    form = OneTimeCodeForm(request.POST)
    if not form.is_right(PURPOSE, dossier.code):
        return _show(request, dossier, form, status=422)
    with suppress(NotPostable):  # pressed twice, or an officer was faster: the page shows the current state
        postal_orders.choose(dossier, postal_orders.Address(**kept))
        messages.success(request, _("Đã ghi: kết quả được gửi qua bưu điện."))
    _keep(request, dossier.code, None)
    return redirect("dossier", code=dossier.code)


def _keep(request: HttpRequest, code: str, address: dict[str, str] | None) -> None:
    others = {other: kept for other, kept in request.session.get(SESSION_ADDRESSES, {}).items() if other != code}
    request.session[SESSION_ADDRESSES] = others | ({code: address} if address else {})


def _show(
    request: HttpRequest,
    dossier: Dossier,
    form: AddressForm | OneTimeCodeForm,
    *,
    said: OneTimeCodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"dossier": dossier, "form": form, "said": said, "is_asked": isinstance(form, OneTimeCodeForm)}
    return render(request, "dossiers/post/by_post.html", context, status=status)
