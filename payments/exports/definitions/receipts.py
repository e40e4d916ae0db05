"""Register of receipts, and use of the series by month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.values import money
from payments import search
from payments.accounting.access import AccountingStaff
from payments.bills import evidence
from payments.exports.params import choice, day
from payments.models import Receipt, ReceiptSeries
from payments.models.bills import FeeKind

from .base import Chosen, Column, Listing, searched, zoned

KINDS = dict(FeeKind.choices)


def agencies(staff: AccountingStaff) -> list[tuple[str, str]]:
    """Return the agencies with receipt series that somebody sees."""
    issuing = Agency.objects.filter(pk__in=ReceiptSeries.objects.filter(agency__in=staff.sees).values("agency"))
    return [(str(pk), name) for pk, name in issuing.order_by("name").values_list("pk", "name")]


def years() -> list[str]:
    """Return the years that can be asked for, this one first."""
    this_year = timezone.localdate().year
    return [str(year) for year in range(this_year, this_year - 10, -1)]


def _agency(staff: AccountingStaff, given: Mapping[str, str]) -> str:
    agency = given.get("agency", "")
    return agency if agency.isdecimal() and len(agency) < 16 and int(agency) in staff.sees else ""


def choose_receipts(staff: AccountingStaff, given: Mapping[str, str]) -> Chosen:
    """Return the filter of an address of the register."""
    return {
        "q": searched(given),
        "agency": _agency(staff, given),
        "kind": choice(given, "kind", FeeKind.values),
        "state": choice(given, "state", ("valid", "cancelled")),
        "from": day(given, "from"),
        "to": day(given, "to"),
    }


def receipts(staff: AccountingStaff, chosen: Chosen) -> QuerySet[Receipt]:
    """Return the receipts a filter leaves; the days are those of issue."""
    matching = Receipt.objects.filter(series__agency__in=staff.sees)
    if chosen["agency"]:
        matching = matching.filter(series__agency=int(chosen["agency"]))
    if chosen["kind"]:
        matching = matching.filter(kind=chosen["kind"])
    if chosen["state"]:
        matching = matching.filter(cancellation__isnull=chosen["state"] == "valid")
    start, end = search.span(chosen["from"], chosen["to"])
    if start:
        matching = matching.filter(issued_at__gte=start)
    if end:
        matching = matching.filter(issued_at__lt=end)
    return matching.filter(_meant(chosen["q"])) if chosen["q"] else matching


def _meant(text: str) -> Q:
    """A receipt's number as printed (`BP-26T-0000042`) or its digits, or whatever finds its payment."""
    serial, _dash, number = text.rpartition("-")
    condition = search.payments(search.understand(text, timezone.localdate()), "payment__")
    if number.strip().isdecimal() and len(number) < 16:
        printed = Q(number=int(number))
        condition |= printed & Q(series__serial__iexact=serial.strip()) if serial else printed
    amount = money.read(text)
    return condition if amount is None else condition | Q(amount=amount)


def choose_usage(staff: AccountingStaff, given: Mapping[str, str]) -> Chosen:
    """Return the filter of an address of the series usage report."""
    return {"year": choice(given, "year", years(), years()[0]), "agency": _agency(staff, given)}


def usage(staff: AccountingStaff, chosen: Chosen) -> QuerySet[Any, Any]:
    """Return first and last number, how many and how much, by month of each series."""
    zone = timezone.get_current_timezone()
    start, end = (datetime(int(chosen["year"]) + more, 1, 1, tzinfo=zone) for more in (0, 1))
    rows = Receipt.objects.filter(series__agency__in=staff.sees, issued_at__gte=start, issued_at__lt=end)
    if chosen["agency"]:
        rows = rows.filter(series__agency=int(chosen["agency"]))
    valid = Q(cancellation=None)
    return (
        rows.annotate(month=TruncMonth("issued_at"))
        .order_by()
        .values("series__agency__name", "series__template", "series__serial", "kind", "month")
        .annotate(
            first=Min("number"),
            last=Max("number"),
            count=Count("id"),
            cancelled=Count("id", filter=~valid),
            total=Sum("amount"),
            valid_total=Sum("amount", filter=valid, default=0),
        )
        .order_by("series__agency__name", "series__serial", "month")
    )


def _cancellation(row: Receipt) -> Any:
    return getattr(row, "cancellation", None)


RECEIPTS = Listing(
    slug="bien-lai",
    name=_("Biên lai"),
    page="accounting-receipt-list",
    keys=("q", "agency", "kind", "state", "from", "to"),
    choose=choose_receipts,
    rows=receipts,
    related=("series", "bill", "payment__bill", "cancellation__replacement__series"),
    prefetched=(evidence.with_files("payment__"),),
    columns=(
        Column(_("Số biên lai"), _("Ký hiệu và số như trên biên lai"), lambda row: row.full_number),
        Column(_("Mẫu số"), _("Mẫu của quyển biên lai"), lambda row: row.series.template),
        Column(_("Loại"), _("Phí, lệ phí, hoặc cước bưu chính thu hộ"), lambda row: str(KINDS[row.kind])),
        Column(_("Cơ quan thu"), _("Tên in trên biên lai"), lambda row: row.agency_name),
        Column(_("Mã khoản"), _("Mã hồ sơ, hoặc mã của hệ thống đã lập khoản"), lambda row: row.bill.reference),
        Column(_("Người nộp"), _("Tên in trên biên lai"), lambda row: row.payer_name),
        Column(_("Số tiền (đồng)"), _("Số tiền in trên biên lai"), lambda row: row.amount),
        Column(zoned(_("Lập lúc")), _("Ngày của biên lai"), lambda row: row.issued_at),
        Column(_("Mã giao dịch của ta"), _("Lần nộp"), lambda row: row.payment.merchant_ref),
        Column(
            zoned(_("Hủy lúc")),
            _("Trống nếu còn hiệu lực"),
            lambda row: _cancellation(row) and row.cancellation.cancelled_at,
        ),
        Column(
            _("Thay bằng"),
            _("Biên lai thay thế"),
            lambda row: (
                row.cancellation.replacement.full_number
                if _cancellation(row) and row.cancellation.replacement
                else None
            ),
        ),
        Column(
            _("Căn cứ ghi nhận"),
            _("Tin ngân hàng ký, ngân hàng trả lời, theo tệp (ai nạp, ai xác nhận), hay người ghi nhận"),
            lambda row: evidence.in_words(row.payment),
        ),
    ),
)

USAGE = Listing(
    slug="su-dung",
    name=_("Tình hình sử dụng biên lai"),
    page="accounting-receipts",
    keys=("year", "agency"),
    choose=choose_usage,
    rows=usage,
    columns=(
        Column(_("Cơ quan"), _("Cơ quan giữ quyển biên lai"), lambda row: row["series__agency__name"]),
        Column(_("Mẫu số"), _("Mẫu của quyển biên lai"), lambda row: row["series__template"]),
        Column(_("Ký hiệu"), _("Ký hiệu của quyển biên lai"), lambda row: row["series__serial"]),
        Column(_("Loại"), _("Phí, lệ phí, hoặc cước bưu chính thu hộ"), lambda row: str(KINDS[row["kind"]])),
        Column(_("Tháng"), _("Tháng lập biên lai, giờ Việt Nam"), lambda row: f"{row['month']:%m/%Y}"),
        Column(_("Từ số"), _("Số đầu trong tháng"), lambda row: row["first"]),
        Column(_("Đến số"), _("Số cuối trong tháng"), lambda row: row["last"]),
        Column(_("Số lượng"), _("Kể cả đã hủy"), lambda row: row["count"]),
        Column(_("Đã hủy"), _("Trong số trên"), lambda row: row["cancelled"]),
        Column(_("Tổng tiền (đồng)"), _("Kể cả đã hủy"), lambda row: row["total"]),
        Column(_("Còn hiệu lực (đồng)"), _("Trừ đã hủy"), lambda row: row["valid_total"]),
    ),
)
