"""The gateway page: health, connection test, disabling, planned maintenance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from agencies.reauthentication import must_be_proved
from core.spreadsheets import Cell, csv_file
from core.values.text import row_key
from gateways import registry
from payments.accounting.error_messages import explain
from payments.errors import ContractOverlaps
from payments.merchants import accounts as merchants
from payments.merchants import hourly_statistics, outages, statistics
from payments.models import MerchantAccount, Outage
from payments.status_queries import connection_test

from .forms import MaintenanceForm, ReasonForm

RIGHT = "payments.{}_merchantaccount"


@require_http_methods(["GET", "POST"])
def gateways(request: HttpRequest) -> HttpResponse:
    """Show every contract; a POST does what its button `viec` says."""
    if not request.user.has_perm(RIGHT.format("view")):
        raise PermissionDenied
    rows = statistics.contracts()
    accounts = MerchantAccount.objects.filter(pk__in=[row.account.pk for row in rows])
    form = MaintenanceForm(accounts=accounts)
    if request.method == "POST":
        if not request.user.has_perm(RIGHT.format("change")):
            raise PermissionDenied
        errors = _act(request, accounts)
        if errors is None:
            return redirect("gateways")
        form = errors
    context = {
        **admin.site.each_context(request),
        "title": _("Cổng thanh toán"),
        "rows": rows,
        "broken": registry.broken(),
        "hours": hourly_statistics.of_a_day(),
        "form": form,
        "may_change": request.user.has_perm(RIGHT.format("change")),
        "outages": Outage.objects.select_related("merchant_account")[:20],
    }
    return TemplateResponse(
        request, "portal/administration/gateway_care/gateways.html", context, status=422 if form.errors else 200
    )


def _act(request: HttpRequest, accounts: Any) -> MaintenanceForm | None:
    """Do one thing; return the form of maintenance when something in it is wrong."""
    actor: Any = request.user
    work = request.POST.get("viec")
    if work == "thu":
        _probe(request, get_object_or_404(accounts, pk=posted_number(request, "account")))
        return None
    must_be_proved(request)
    if work == "bao-tri":
        form = MaintenanceForm(request.POST, accounts=accounts)
        if not form.is_valid():
            return form
        cleaned = form.cleaned_data
        outages.announce(
            cleaned["account"], cleaned["began_at"], cleaned["ended_at"], reason=cleaned["reason"], actor=actor
        )
        messages.success(request, _("Đã báo bảo trì."))
    elif work == "het-bao-tri":
        outages.cut_short(get_object_or_404(Outage, is_planned=True, pk=posted_number(request, "outage")), actor=actor)
        messages.success(request, _("Đã kết thúc bảo trì."))
    elif work in ("ngung", "mo"):
        _switch(request, get_object_or_404(accounts, pk=posted_number(request, "account")), takes=work == "mo")
    else:
        messages.warning(request, _("Chưa chọn việc cần làm."))
    return None


def posted_number(request: HttpRequest, name: str) -> int:
    """Return a posted key; 0, which is nobody's, for anything else."""
    return row_key(request.POST.get(name, ""))


def _probe(request: HttpRequest, account: MerchantAccount) -> None:
    actor: Any = request.user
    result = connection_test.probe(account, actor=actor)
    values = {"account": account, "said": result.said, "ms": result.milliseconds}
    if not result.can_be_asked:
        messages.info(request, _("%(account)s: cổng này không nhận câu hỏi, không thử được.") % values)
    elif result.is_well:
        messages.success(request, _("%(account)s: kết nối tốt, trả lời “%(said)s” sau %(ms)s ms.") % values)
    else:
        messages.error(request, _("%(account)s: không kết nối được, “%(said)s” sau %(ms)s ms.") % values)


def _switch(request: HttpRequest, account: MerchantAccount, *, takes: bool) -> None:
    actor: Any = request.user
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Hãy ghi lý do (ít nhất 3 ký tự)."))
        return
    try:
        merchants.take_new_payments(account, takes=takes, reason=form.cleaned_data["reason"], actor=actor)
    except ContractOverlaps as error:
        messages.error(request, explain(error))
        return
    done = _("%(account)s: đã nhận thanh toán mới.") if takes else _("%(account)s: đã ngừng nhận thanh toán mới.")
    messages.success(request, done % {"account": account})


@require_GET
def outages_file(request: HttpRequest) -> HttpResponseBase:
    """Every outage as CSV, times in Viet Nam (UTC+7); an empty end is an outage that lasts."""
    if not request.user.has_perm(RIGHT.format("view")):
        raise PermissionDenied
    headings = ["cong", "ma_don_vi", "co_quan", "co_bao_truoc", "tu_utc7", "den_utc7", "so_phut", "ly_do"]
    return csv_file("gian-doan.csv", headings, _outages())


def _outages() -> Iterator[list[Cell]]:
    for outage in Outage.objects.select_related("merchant_account__agency").iterator():
        account, ended = outage.merchant_account, outage.ended_at
        minutes = round(((ended or timezone.now()) - outage.began_at).total_seconds() / 60)
        names = (account.gateway, account.merchant_id, account.agency.name)
        yield [*names, int(outage.is_planned), outage.began_at, ended, minutes, outage.reason]
