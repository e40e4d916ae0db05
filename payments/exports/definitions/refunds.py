"""List of refunds, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.values import money
from payments import search
from payments.accounting.access import AccountingStaff
from payments.exports.params import choice, day
from payments.models import Refund
from payments.states import RefundState

from .base import Chosen, Column, Listing, searched, zoned


def mine(staff: AccountingStaff) -> QuerySet[Refund]:
    """Return the refunds somebody sees."""
    return Refund.objects.filter(agency__in=staff.sees)


def choose(staff: AccountingStaff, given: Mapping[str, str]) -> Chosen:
    """Return the filter of an address; without a state, what waits for a decision, or all that a search finds."""
    text = searched(given)
    everything = "all" if text else str(RefundState.PROPOSED)
    return {
        "q": text,
        "state": choice(given, "state", (*RefundState.values, "all"), everything),
        "from": day(given, "from"),
        "to": day(given, "to"),
    }


def rows(staff: AccountingStaff, chosen: Chosen) -> QuerySet[Refund]:
    """Return the refunds a filter leaves; the days are those of the proposal."""
    matching = mine(staff)
    if chosen["state"] != "all":
        matching = matching.filter(state=chosen["state"])
    start, end = search.span(chosen["from"], chosen["to"])
    if start:
        matching = matching.filter(proposed_at__gte=start)
    if end:
        matching = matching.filter(proposed_at__lt=end)
    return matching.filter(_meant(chosen["q"])) if chosen["q"] else matching


def _meant(text: str) -> Q:
    meaning = search.understand(text, timezone.localdate())
    condition = Q(gateway_ref=text) | search.payments(meaning, "payment__")
    condition |= Q(discrepancy__bill__reference__icontains=text) | Q(payment__bill__reference__icontains=text)
    amount = money.read(text)
    return condition if amount is None else condition | Q(amount=amount)


def _bill_of(row: Refund) -> str | None:
    source = row.payment or row.discrepancy
    return source.bill.reference if source and source.bill else None


REFUNDS = Listing(
    slug="hoan-tien",
    name=_("Hoàn tiền"),
    page="accounting-refunds",
    keys=("q", "state", "from", "to"),
    choose=choose,
    rows=rows,
    related=("agency", "maker", "client", "checker", "payment__bill", "discrepancy__bill"),
    columns=(
        Column(_("Số yêu cầu"), _("Số trong địa chỉ của trang yêu cầu"), lambda row: row.pk),
        Column(_("Cơ quan"), _("Cơ quan hoàn tiền"), lambda row: row.agency.name),
        Column(_("Mã khoản"), _("Khoản mà tiền đã nộp cho"), _bill_of),
        Column(_("Lý do"), _("Vì sao hoàn"), lambda row: row.get_reason_display()),
        Column(_("Số tiền (đồng)"), _("Số tiền hoàn, số nguyên"), lambda row: row.amount),
        Column(_("Trạng thái"), _("Lúc xuất tệp"), lambda row: row.get_state_display()),
        Column(_("Người đề nghị"), _("Người, hoặc hệ thống kết nối"), lambda row: str(row.maker or row.client or "")),
        Column(zoned(_("Đề nghị lúc")), _("Lúc lập yêu cầu"), lambda row: row.proposed_at),
        Column(_("Người duyệt"), _("Luôn khác người đề nghị"), lambda row: str(row.checker or "")),
        Column(zoned(_("Quyết định lúc")), _("Lúc duyệt hoặc không duyệt"), lambda row: row.decided_at),
        Column(zoned(_("Gửi ngân hàng lúc")), _("Trống nếu chuyển khoản tay"), lambda row: row.sent_at),
        Column(zoned(_("Xong lúc")), _("Lúc ngân hàng xác nhận"), lambda row: row.done_at),
        Column(_("Mã giao dịch hoàn"), _("Mã của ngân hàng"), lambda row: row.gateway_ref),
        Column(_("Mã lần nộp"), _("Trống nếu hoàn từ vụ việc"), lambda row: row.payment and row.payment.merchant_ref),
    ),
)
