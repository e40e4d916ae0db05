"""Pages of submission: one step each, saved as one goes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from agencies.citizens import citizen_of
from agencies.models import Citizen
from core import rate_limits
from core.rate_limits import Limit
from dossiers.attachments import store as attachments
from dossiers.models import Dossier, Draft
from dossiers.tracking.access import remember
from dossiers.tracking.views import SESSION_PINS
from procedures.fees import FeeUnknown
from procedures.models import ProcedureCase

from . import drafts, summary
from .forms import CALCULATOR, STEPS, PapersForm, PersonForm, asked_of
from .right_case import OTHER_CASE
from .step_form import StepForm

#: Drafts begun from an address and from its network, without the browser having worked for them.
_HOUR = timedelta(hours=1)
BEGUN = Limit("draft", 40, _HOUR), Limit("drafts of a network", 200, _HOUR)


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, case: str) -> HttpResponse:
    """The first step, and with it the draft: nothing is kept of who only looks.

    The query has what was entered in the calculator on the procedure's page.
    """
    procedure_case = get_object_or_404(ProcedureCase.objects.select_related("procedure"), slug=case)
    citizen = citizen_of(request.user)
    signed_in = citizen.identity_number if citizen else ""
    if request.method == "GET":
        form = PersonForm(procedure_case, initial=_owner_prefill(citizen), signed_in=signed_in)
        return _show(request, procedure_case, None, form)
    form = PersonForm(procedure_case, request.POST, signed_in=signed_in)
    if not form.is_valid() or not (_may_begin(request) or form.is_proven(request.POST)):
        return _show(request, procedure_case, None, form)
    draft = Draft.objects.create(case=procedure_case)
    drafts.keep_who_signed_in(draft, citizen)
    draft.answer(form.slug, drafts.typed_in(form, request.POST))
    if calculated := drafts.calculated(procedure_case, request.GET):
        draft.answer(CALCULATOR, calculated)
    drafts.remember(request, draft)
    return redirect("submit-step", code=draft.code, step=STEPS[1].slug)


def _may_begin(request: HttpRequest) -> bool:
    """Each draft may ring at whatever phone it names; staff, who act by name, may make as many as they need."""
    is_staff = request.user.is_authenticated and not citizen_of(request.user)
    return is_staff or rate_limits.spend(*rate_limits.of(BEGUN))


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """Show or take one step of a draft."""
    draft, kind = drafts.mine(request, code), next((kind for kind in STEPS if kind.slug == step), None)
    if kind is None:
        raise Http404
    if draft is None:
        return redirect("submit-resume")
    if draft.dossier:
        is_assisted = drafts.assistance_of(draft) is not None
        return redirect("desk-dossier" if is_assisted else "dossier", code=draft.dossier.code)
    drafts.keep_who_signed_in(draft, citizen_of(request.user))
    if not kind.is_asked(draft.answers):
        return redirect("submit-check", code=code)
    if request.method == "GET":
        return _show(request, draft.case, draft, drafts.form_of(draft, kind), is_new=step not in draft.answers)
    form = drafts.bound(draft, kind, request.POST)
    if drafts.change_case(draft, form, request.POST.get(OTHER_CASE, "")):
        form = drafts.bound(draft, kind, request.POST)
    draft.answer(step, drafts.typed_in(form, request.POST))  # also what is wrong: nobody types it twice
    if not form.is_valid() or (kind is PapersForm and not _papers_are_there(draft, form)):
        return _show(request, draft.case, draft, form)
    following = drafts.first_open_step(draft)
    if following is None:
        return redirect("submit-check", code=draft.code)
    return redirect("submit-step", code=draft.code, step=following.slug)


@never_cache
@require_POST
def add_papers(request: HttpRequest, code: str) -> HttpResponse:
    """Take the files of one kind of paper; each is checked by itself, and the good ones stay."""
    draft = drafts.mine(request, code)
    if draft is None or draft.dossier:
        return redirect("submit-resume")
    requirement = request.POST.get("requirement", "")[:300]
    asking = draft.case.procedure.documents.filter(name=requirement).first()
    if requirement and asking is None:
        raise Http404
    page = reverse("submit-step", args=[draft.code, PapersForm.slug])
    field = f"paper-{asking.pk}" if asking else "papers"
    return attachments.answer(request, attachments.take(request, draft, requirement), page, field)


@never_cache
@require_POST
def remove_paper(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take one paper back before handing in."""
    draft = drafts.mine(request, code)
    if draft is None or draft.dossier:
        return redirect("submit-resume")
    with transaction.atomic():
        paper = get_object_or_404(draft.attachments.select_for_update(), pk=number)
        drafts.forget_file(paper)
        paper.delete()
    return redirect(reverse("submit-step", args=[draft.code, PapersForm.slug]) + "#papers")


@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything on one page, with what it costs and why; then hand in. A double click makes one dossier."""
    draft = drafts.mine(request, code)
    if draft is None:
        return redirect("submit-resume")
    if drafts.assistance_of(draft):
        return redirect("desk-assisted", code=code)
    if draft.dossier:
        return _handed_in(request, draft.dossier)
    citizen = citizen_of(request.user)
    drafts.keep_who_signed_in(draft, citizen)
    ready = drafts.complete(draft)
    if not isinstance(ready, drafts.Complete):
        return redirect("submit-step", code=draft.code, step=ready.slug)
    if request.method == "POST":
        with suppress(FeeUnknown):
            return _handed_in(request, drafts.hand_in(ready, citizen)[0])
    steps = asked_of(draft.answers)
    context = summary.context_of(ready) | {"steps": _titles(steps), "current": len(steps) + 1}
    return render(request, "dossiers/submission/check.html", context, status=200 if context["quote"] else 422)


def _handed_in(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    remember(request, dossier)
    if dossier.pin:  # a second click, too, must not lose it
        request.session[SESSION_PINS] = {**request.session.get(SESSION_PINS, {}), dossier.code: dossier.pin}
    return redirect("dossier", code=dossier.code)


def _show(
    request: HttpRequest, case: ProcedureCase, draft: Draft | None, form: StepForm, *, is_new: bool = False
) -> HttpResponse:
    steps = asked_of(draft.answers if draft else {})
    current = next(number for number, kind in enumerate(steps, 1) if isinstance(form, kind))
    context: dict[str, Any] = {
        "case": case,
        "draft": draft,
        "form": form,
        "steps": _titles(steps),
        "current": current,
        "previous": steps[current - 2].slug if draft and current > 1 else "",
    }
    if draft and isinstance(form, PapersForm):
        context["asked_papers"] = drafts.asked_papers(draft)
    is_taken = not form.errors and not form.challenge
    return render(request, "dossiers/submission/step.html", context, status=200 if is_taken else 422)


def _titles(steps: list[type[StepForm]]) -> list[Any]:
    return [*(kind.title for kind in steps), _("Xem lại")]


def _papers_are_there(draft: Draft, form: StepForm) -> bool:
    for name in drafts.missing_papers(draft):
        form.add_error(None, _("Còn thiếu giấy tờ: %(name)s. Hãy chọn tệp hoặc chụp ảnh ở trên.") % {"name": name})
    return not form.errors


def _owner_prefill(citizen: Citizen | None) -> dict[str, str]:
    """Return what VNeID says of who is signed in; of whoever used this computer before, nothing."""
    if citizen is None:
        return {}
    return {
        "owner_name": citizen.user.full_name,
        "owner_identity_number": citizen.identity_number,
        "owner_phone": citizen.phone,
        "owner_email": citizen.email,
    }
