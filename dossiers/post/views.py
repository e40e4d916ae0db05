"""Choosing delivery by post, changing the address and taking it back: each with a one-time code."""

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
from dossiers.one_time_codes.forms import OneTimeCodeForm, asked_for_code, send_openly
from dossiers.submission.forms import AddressForm
from dossiers.tracking.access import for_opened
from payments.errors import BillHasMoney

from . import changes
from . import orders as postal_orders
from .orders import Address

PURPOSE, PURPOSE_BACK = "by_post", "not_by_post"
#: Addresses that wait for their code: dossier code → address.
SESSION_ADDRESSES = "post_to"


@never_cache
@require_http_methods(["GET", "POST"])
@for_opened
def by_post(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Ask where to, or where to instead; send a code to the owner's phone, order or change once the code is right."""
    order = changes.changeable(dossier) if dossier.owner_phone else None
    if not (order or postal_orders.may_choose(dossier)):
        return redirect("dossier", code=dossier.code)
    kept = request.session.get(SESSION_ADDRESSES, {}).get(dossier.code)
    if "one_time_code" in request.POST:  # without an address: pressed twice
        return _with_code(request, dossier, kept) if kept else redirect("dossier", code=dossier.code)
    initial = {"receiver_name": dossier.owner_name, "receiver_phone": phone_as_spoken(dossier.owner_phone)}
    if order:
        initial = {field: getattr(order, field) for field in Address.__slots__}
        initial["receiver_phone"] = phone_as_spoken(order.receiver_phone)
    form = AddressForm(dossier.case, request.POST if request.method == "POST" else None, initial=initial)
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
        _order(request, dossier, Address(**kept))
    _keep(request, dossier.code, None)
    return redirect("dossier", code=dossier.code)


def _order(request: HttpRequest, dossier: Dossier, address: Address) -> None:
    if not changes.changeable(dossier):
        postal_orders.choose(dossier, address)
        messages.success(request, _("Đã ghi: kết quả được gửi qua bưu điện."))
        return
    try:
        changes.change(dossier, address)
    except BillHasMoney:
        messages.error(request, changes.MONEY_UNDER_WAY)
    else:
        messages.success(request, _("Đã đổi địa chỉ: kết quả được gửi đến địa chỉ mới."))


@never_cache
@require_http_methods(["GET", "POST"])
@for_opened
def not_by_post(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Take the order back with a one-time code; the page says before what becomes of the postage."""
    order = changes.changeable(dossier)
    if not (order and dossier.owner_phone):
        return redirect("dossier", code=dossier.code)
    form, is_right = asked_for_code(request, PURPOSE_BACK, dossier.code, dossier.owner_phone)
    if is_right:
        try:
            changes.take_back(dossier)
        except BillHasMoney:
            messages.error(request, changes.MONEY_UNDER_WAY)
        except NotPostable:  # pressed twice, or the post has it: the page shows the current state
            pass
        else:
            messages.success(request, _("Đã ghi: Bạn đến nhận kết quả tại quầy."))
        return redirect("dossier", code=dossier.code)
    context = {"dossier": dossier, "order": order, "form": form}
    return render(request, "dossiers/post/not_by_post.html", context, status=form.status)


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
    context = {
        "dossier": dossier,
        "order": changes.changeable(dossier),
        "form": form,
        "said": said,
        "is_asked": isinstance(form, OneTimeCodeForm),
    }
    return render(request, "dossiers/post/by_post.html", context, status=status)
