"""The citizen's pages: slip, look up, follow."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from payments import attempts, returned_money
from payments.views import SESSION_PAYMENT

from . import following, posting
from .forms import LookupForm
from .models import Dossier
from .ownership import owned_by

#: Wrong PINs before a code can only be opened by the slip's QR: 5 of 10,000.
MAX_PIN_FAILURES = 5
SESSION_PINS = "pins"
SESSION_DOSSIERS = "dossiers"


def remember(request: HttpRequest, dossier: Dossier) -> None:
    """Let this browser open a dossier for as long as its session lasts; the last twenty."""
    known = request.session.get(SESSION_DOSSIERS, [])
    request.session[SESSION_DOSSIERS] = [*[code for code in known if code != dossier.code], dossier.code][-20:]


@never_cache
@require_GET
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """Follow a dossier: only for who submitted it here, opened it with its PIN or slip, or is its owner."""
    if code not in request.session.get(SESSION_DOSSIERS, []):
        own = owned_by(request).filter(code=code).first()
        if own is None:
            return redirect(f"{reverse('lookup')}?code={code}")
        remember(request, own)  # what else there is to do with it asks the session
    found = get_object_or_404(Dossier.objects.with_bills().prefetch_related("events"), code=code)
    slip_url = settings.BASE_URL + reverse("slip", args=[found.slip_token])
    context = following.context_of(found) | {
        "dossier": found,
        "bills": found.bills.all(),
        "returned": [back for bill in found.bills.all() for back in returned_money.of_bill(bill)],
        "pin": request.session.get(SESSION_PINS, {}).get(code, ""),
        "slip_url": slip_url,
        "sent": found.attachments.all(),
        "may_have_posted": posting.may_choose(found),
    }
    return render(request, "dossiers/dossier.html", context)


@never_cache
@require_GET
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """The QR on the slip: 128 random bits open the dossier, as the paper itself would."""
    found = get_object_or_404(Dossier, slip_token=token)
    remember(request, found)
    return redirect("dossier", code=found.code)


@never_cache
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Code and PIN open a dossier on any phone. Unknown code and wrong PIN look the same."""
    if request.method == "GET":
        form = LookupForm(initial={"code": request.GET.get("code", "")[:50]})
        unfinished = attempts.unfinished(request.session.get(SESSION_PAYMENT, ""))
        return render(request, "dossiers/lookup.html", {"form": form, "unfinished": unfinished})
    form = LookupForm(request.POST)
    if form.is_valid():
        found = open_with_pin(form.cleaned_data["code"], form.cleaned_data["pin"])
        if found:
            remember(request, found)
            return redirect("dossier", code=found.code)
        form.add_error(None, _("Mã hồ sơ hoặc mã PIN chưa đúng. Sau 5 lần sai, hãy quét mã QR trên giấy hẹn."))
    return render(request, "dossiers/lookup.html", {"form": form}, status=422)


def open_with_pin(code: str, pin: str) -> Dossier | None:
    """Check the PIN, counting the try first, so that parallel guesses do not slip through."""
    found = Dossier.objects.filter(code=code).first()
    if found is None:
        check_password(pin, _NOBODY)
        return None
    allowed = Dossier.objects.filter(pk=found.pk, pin_failures__lt=MAX_PIN_FAILURES)
    if not allowed.update(pin_failures=F("pin_failures") + 1):
        return None
    if not check_password(pin, found.pin_hash):
        return None
    Dossier.objects.filter(pk=found.pk).update(pin_failures=0)
    return found


#: Checked for unknown codes, so that they take as long as known ones.
_NOBODY = "argon2$argon2id$v=19$m=102400,t=2,p=8$bm9ib2R5bm9ib2R5$2S1rXVQ1cXU3S2Zr9o2v5A"
