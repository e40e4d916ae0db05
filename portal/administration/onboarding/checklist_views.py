"""Onboarding checklist of one agency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.audit import record as audit
from agencies.models import Agency, Membership, OnboardingStep
from gateways import internal, registry
from payments import test_payments
from payments.merchants import accounts as merchants
from payments.models import Payment, ReceiptSeries
from payments.receipts import issue as receipts
from payments.states import PaymentState
from procedures.models import Procedure

from .board_views import STEPS, progress_of, unpriced, working

#: What each step asks for.
TASKS: dict[str, Promise] = {
    "agreement": _("Ký thỏa thuận thu hộ với ngân hàng, với VNPT"),
    "training": _("Tập huấn cán bộ tiếp nhận, thu ngân, kế toán"),
    "account": _("Có hợp đồng cổng thanh toán, của mình hoặc của cấp trên"),
    "series": _("Mở quyển biên lai của năm"),
    "officers": _("Cấp vai trò cho cán bộ tiếp nhận, thu ngân"),
    "fees": _("Mọi thủ tục thu phí có biểu phí đang áp dụng"),
    "tested": _("Nộp thử một khoản nhỏ qua cổng và nhận lại"),
    "paid": _("Người dân đầu tiên nộp trực tuyến"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist. `link` leads to where it is done; an attested step is done right here."""

    step: str
    name: Promise
    task: Promise
    is_done: bool
    shown_by: tuple[str, ...]
    link: str

    @property
    def is_attested(self) -> bool:
        """Somebody must say that it was done."""
        return self.step in OnboardingStep.Step.values


class AttestForm(forms.Form):
    """When, and what shows it."""

    step = forms.ChoiceField(choices=OnboardingStep.Step.choices)
    day = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y"])
    evidence = forms.CharField(max_length=255)


def items(agency: Agency, day: date) -> list[Item]:
    """Return the checklist of an agency on a day."""
    done = progress_of(agency, day).done
    links = {
        "account": reverse("admin:payments_merchantaccount_add") + f"?agency={agency.pk}",
        "officers": reverse("admin:agencies_user_changelist"),
        "fees": reverse("admin:procedures_feeschedule_changelist"),
        "tested": reverse("gateways"),
    }
    return [
        Item(step, name, TASKS[step], step in done, tuple(_shown_by(agency, step, day)), links.get(step, ""))
        for step, name in STEPS.items()
    ]


def _shown_by(agency: Agency, step: str, day: date) -> Iterable[str]:
    """Yield what one sees a step by: evidence, contracts, books, people, what lacks a price, the first payment."""
    if step in OnboardingStep.Step.values:
        for attested in agency.onboarding.filter(step=step).select_related("noted_by"):
            yield f"{attested.day:%d/%m/%Y} · {attested.evidence} · {attested.noted_by or ''}"
    elif step == "account":
        yield from (f"{account} · {account.agency}" for account in merchants.accounts_of(agency))
    elif step == "series":
        books = ReceiptSeries.objects.filter(agency=agency, serial__in=receipts.serials_of(day))
        yield from (f"{book.get_kind_display()} {book.serial}" for book in books)
    elif step == "officers":
        held: Iterable[Membership] = working([agency.pk], day).select_related("user")
        yield from (f"{role.user} · {role.get_role_display()}" for role in held)
    elif step == "fees":
        lacking = Procedure.objects.filter(pk__in=unpriced([agency.pk], day).values("procedure"))
        yield from (str(procedure) for procedure in lacking)
    elif step == "tested":
        for bill in test_payments.passed([agency.pk]).order_by("pk")[:3]:
            yield str(bill)
    else:
        paid = Payment.objects.filter(bill__agency=agency, state=PaymentState.PAID).exclude(
            Q(gateway__in=internal.SLUGS) | Q(bill__in=test_payments.bills())
        )
        first = paid.order_by("paid_at").first()
        if first and first.paid_at:
            yield f"{timezone.localtime(first.paid_at):%d/%m/%Y %H:%M} · {registry.name_of(first.gateway)}"


def checklist(request: HttpRequest, number: int) -> HttpResponse:
    """Show the checklist; POST attests a step, or opens the receipt series of the year (`open_books`)."""
    if not request.user.has_perm("agencies.view_onboardingstep"):
        raise PermissionDenied
    agency, today = get_object_or_404(Agency, pk=number), timezone.localdate()
    if request.method == "POST":
        if not request.user.has_perm("agencies.add_onboardingstep"):
            raise PermissionDenied
        return _done(request, agency, today)
    checklist_items = items(agency, today)
    context = {
        **admin.site.each_context(request),
        "title": _("Triển khai: %(agency)s") % {"agency": agency},
        "agency": agency,
        "items": checklist_items,
        "number_done": sum(item.is_done for item in checklist_items),
        "today": today,
        "may_attest": request.user.has_perm("agencies.add_onboardingstep"),
    }
    return TemplateResponse(request, "portal/administration/onboarding/checklist.html", context)


def _done(request: HttpRequest, agency: Agency, today: date) -> HttpResponse:
    actor: Any = request.user
    if "open_books" in request.POST:
        with transaction.atomic():
            receipts.open_books([agency.pk], today)
            audit.record("receipt_books_opened", f"agency:{agency.pk}", actor=actor, agency=agency)
        messages.success(request, _("Đã mở quyển biên lai của năm."))
        return redirect("checklist", number=agency.pk)
    form = AttestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Cho biết ngày và văn bản, minh chứng."))
        return redirect("checklist", number=agency.pk)
    cleaned = form.cleaned_data
    with transaction.atomic():
        values = {"day": cleaned["day"], "evidence": cleaned["evidence"], "noted_by": actor}
        OnboardingStep.objects.update_or_create(agency=agency, step=cleaned["step"], defaults=values)
        detail = {"step": cleaned["step"], "day": cleaned["day"].isoformat(), "evidence": cleaned["evidence"]}
        audit.record("onboarding_step", f"agency:{agency.pk}", actor=actor, agency=agency, **detail)
    messages.success(request, _("Đã ghi."))
    return redirect("checklist", number=agency.pk)
