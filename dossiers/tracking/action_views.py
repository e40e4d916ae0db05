"""Actions of citizens on a submitted dossier: send papers, withdraw, rate."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.values.text import row_key
from dossiers.attachments import store as attachments
from dossiers.errors import IllegalDossierMove
from dossiers.models import Dossier, NoticeKind, PaperState, Rating
from dossiers.one_time_codes.forms import asked_for_code
from dossiers.processing import decisions
from dossiers.states import DossierState

from . import withdrawal_money
from .access import for_opened
from .context import RatingForm

PURPOSE = "withdraw"
#: What papers that were asked for later are called.
SUPPLEMENT = "Giấy tờ bổ sung"


@never_cache
@require_http_methods(["GET", "POST"])
@for_opened
def supplement(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Show what is asked for, take papers one by one, and send the dossier back to where it was."""
    notice = dossier.notices.filter(kind=NoticeKind.SUPPLEMENT, withdrawn_at=None).order_by("-id").first()
    if dossier.state != DossierState.SUPPLEMENT or notice is None:
        return redirect("dossier", code=dossier.code)
    sent = dossier.attachments.filter(uploaded_at__gte=notice.issued_at)
    if request.method == "POST":
        if not sent.exclude(state=PaperState.REFUSED).exists():
            messages.error(request, _("Hãy gửi ít nhất một tệp trước khi gửi lại hồ sơ."))
            return redirect("dossier-supplement", code=dossier.code)
        with suppress(IllegalDossierMove):  # sent twice, or an officer was faster: the page shows where it is
            decisions.go_on(dossier, _came_from(dossier), actor=None, note=_("Công dân đã gửi giấy tờ bổ sung"))
            messages.success(request, _("Đã gửi giấy tờ bổ sung. Cơ quan sẽ xem và trả lời."))
        return redirect("dossier", code=dossier.code)
    return render(request, "dossiers/tracking/supplement.html", {"dossier": dossier, "notice": notice, "sent": sent})


@never_cache
@require_POST
@for_opened
def add_papers(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Take files for a dossier whose officer has asked for some, or `instead` of one that was of no use."""
    instead = row_key(request.POST.get("instead", ""))
    refused = dossier.attachments.filter(state=PaperState.REFUSED, pk=instead).first()
    if dossier.state != DossierState.SUPPLEMENT and not (refused and dossier.takes_papers_again):
        return redirect("dossier", code=dossier.code)
    taken = attachments.take(request, dossier, refused.requirement if refused else SUPPLEMENT)
    if refused and not taken.faults:
        refused.delete()
    page = reverse("dossier" if refused else "dossier-supplement", args=[dossier.code])
    field = f"instead-{instead}" if refused else "paper-files"
    return attachments.answer(request, taken, page, field if taken.faults or not refused else "h-sent")


@never_cache
@require_http_methods(["GET", "POST"])
@for_opened
def withdraw(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Withdraw with a one-time code: who helps to pay can open a dossier, but not end it."""
    if not dossier.can_be_withdrawn:
        return redirect("dossier", code=dossier.code)
    form, is_right = asked_for_code(request, PURPOSE, dossier.code, dossier.owner_phone)
    if is_right:
        with suppress(IllegalDossierMove):
            decisions.go_on(dossier, DossierState.WITHDRAWN, actor=None, note=_("Công dân tự rút"))
            messages.success(request, _("Đã rút hồ sơ."))
        return redirect("dossier", code=dossier.code)
    context = {"dossier": dossier, "form": form} | withdrawal_money.of(dossier)
    return render(request, "dossiers/tracking/withdraw.html", context, status=form.status)


@never_cache
@require_POST
@for_opened
def rate(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Keep one rating of a dossier that was handed over; a second one changes nothing."""
    form = RatingForm(request.POST)
    if dossier.state != DossierState.RETURNED or not form.is_valid():
        messages.error(request, _("Hãy chọn một mức hài lòng."))
    else:
        Rating.objects.get_or_create(
            dossier=dossier, defaults={"score": form.cleaned_data["score"], "words": form.cleaned_data["words"]}
        )
        messages.success(request, _("Cảm ơn bạn đã đánh giá."))
    return redirect("dossier", code=dossier.code)


def _came_from(dossier: Dossier) -> DossierState:
    """Return the state in which papers were asked for: there the dossier goes on."""
    event = dossier.events.filter(after=DossierState.SUPPLEMENT).order_by("-id").first()
    return DossierState(event.before if event and event.before else DossierState.SUBMITTED)
