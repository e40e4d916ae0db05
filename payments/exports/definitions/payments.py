"""List of payments: found by any key, filtered, sorted."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from gateways import registry
from payments import search
from payments.accounting.access import AccountingStaff
from payments.bills import evidence, money_sources
from payments.exports.params import choice, day
from payments.models import MerchantAccount, Payment
from payments.states import PaymentState

from .base import Chosen, Column, Listing, searched, zoned

#: Attempts through which money came, whatever became of them.
RECEIVED = "received"
#: What is sorted by: the key of a row, ascending or not. The last part names one row only.
ORDERS = {
    "newest": (("pk",), False),
    "oldest": (("pk",), True),
    "largest": (("bill__amount", "bill_id", "pk"), False),
    "smallest": (("bill__amount", "bill_id", "pk"), True),
}
_ORDER_NAMES = {
    "newest": _("Mới nhất trước"),
    "oldest": _("Cũ nhất trước"),
    "largest": _("Số tiền lớn trước"),
    "smallest": _("Số tiền nhỏ trước"),
}


def offered(staff: AccountingStaff) -> Chosen:
    """Return what the selects of the page hold: gateways with a contract, agencies that somebody sees."""
    agencies = Agency.objects.filter(pk__in=staff.sees).order_by("name").values_list("pk", "name")
    return {
        "states": [(RECEIVED, _("Đã có tiền đến")), *PaymentState.choices],
        "gateways": sorted((slug, registry.name_of(slug)) for slug in _gateways()),
        "agencies": [(str(pk), name) for pk, name in agencies],
        "orders": list(_ORDER_NAMES.items()),
    }


def _gateways() -> list[str]:
    """Return the gateways with a contract, also those whose package is gone: their payments are still here."""
    return list(MerchantAccount.objects.order_by().values_list("gateway", flat=True).distinct())


def choose(staff: AccountingStaff, given: Mapping[str, str]) -> Chosen:
    """Return the filter of an address; what is not offered counts as not chosen."""
    agency = given.get("agency", "")
    is_mine = agency.isdecimal() and len(agency) < 16 and int(agency) in staff.sees
    return {
        "q": searched(given),
        "state": choice(given, "state", (*PaymentState.values, RECEIVED)),
        "gateway": choice(given, "gateway", _gateways() if given.get("gateway") else ()),
        "agency": agency if is_mine else "",
        "from": day(given, "from"),
        "to": day(given, "to"),
        "order": choice(given, "order", ORDERS, "newest"),
    }


def rows(staff: AccountingStaff, chosen: Chosen) -> QuerySet[Payment]:
    """Return the attempts a filter leaves, in no order."""
    payments = Payment.objects.order_by().filter(bill__agency__in=staff.sees)
    if chosen["agency"]:
        payments = payments.filter(bill__agency=int(chosen["agency"]))
    if chosen["state"] == RECEIVED:
        payments = payments.filter(Exists(money_sources.arrivals().filter(payment=OuterRef("pk"))))
    elif chosen["state"]:
        payments = payments.filter(state=chosen["state"])
    if chosen["gateway"]:
        payments = payments.filter(gateway=chosen["gateway"])
    payments = search.on_days(payments, chosen["from"], chosen["to"])
    if chosen["q"]:
        meaning = search.understand(chosen["q"], timezone.localdate())
        payments = payments.filter(search.payments(meaning))
    return payments


def beyond(matching: QuerySet[Payment], order: str, edge: Payment | None, *, back: bool) -> QuerySet[Payment]:
    """Return the rows after `edge` (before it: `back`, the nearest first) in one of ORDERS."""
    fields, ascends = ORDERS[order]
    if back:
        ascends = not ascends
    if edge:
        values = {"pk": edge.pk, "bill_id": edge.bill_id, "bill__amount": edge.bill.amount}
        side = "gt" if ascends else "lt"
        later, same = Q(), Q()
        for field in fields:
            later |= same & Q(**{f"{field}__{side}": values[field]})
            same &= Q(**{field: values[field]})
        # The first part alone is what an index can be entered by.
        matching = matching.filter(Q(**{f"{fields[0]}__{side}e": values[fields[0]]}), later)
    return matching.order_by(*((F(field).asc() if ascends else F(field).desc()) for field in fields))


def _received(row: Payment) -> int:
    return sum(event.amount for event in row.money_in)  # type: ignore[attr-defined]


PAYMENTS = Listing(
    slug="lan-nop",
    name=_("Lần nộp"),
    page="accounting-payments",
    keys=("q", "state", "gateway", "agency", "from", "to", "order"),
    choose=choose,
    rows=rows,
    related=("bill__agency", "merchant_account"),
    prefetched=(money_sources.with_arrivals(), evidence.with_files(), "refunds"),
    columns=(
        Column(_("Mã khoản"), _("Mã hồ sơ, hoặc mã của hệ thống đã lập khoản"), lambda row: row.bill.reference),
        Column(_("Cơ quan thu"), _("Tên lúc lập khoản"), lambda row: row.bill.agency_name),
        Column(_("Người nộp"), _("Tên trên khoản phải nộp"), lambda row: row.bill.payer_name),
        Column(_("Số tiền (đồng)"), _("Số tiền của khoản lúc bắt đầu nộp, số nguyên"), lambda row: row.amount),
        Column(
            _("Trạng thái"),
            _("Của lần nộp, lúc xuất tệp"),
            lambda row: money_sources.state_in_words(row, _received(row)),
        ),
        Column(_("Ghi cho khoản"), _("“x”: tiền này làm khoản được nộp"), lambda row: "x" if row.is_applied else ""),
        Column(_("Đã hoàn (đồng)"), _("Tiền đã về người nộp"), lambda row: row.refunded_amount),
        Column(_("Cổng"), _("Cổng thanh toán, quầy, hoặc chuyển nội bộ"), lambda row: registry.name_of(row.gateway)),
        Column(_("Mã đơn vị ở cổng"), _("Hợp đồng nhận tiền"), lambda row: row.merchant_account.merchant_id),
        Column(_("Mã giao dịch của ta"), _("Mã gửi sang ngân hàng"), lambda row: row.merchant_ref),
        Column(_("Mã giao dịch của ngân hàng"), _("Để đối chiếu sao kê"), lambda row: row.gateway_ref),
        Column(zoned(_("Bắt đầu lúc")), _("Lúc người nộp bấm nộp"), lambda row: row.created_at),
        Column(zoned(_("Nộp lúc")), _("Giờ ngân hàng báo, trống nếu chưa nộp"), lambda row: row.paid_at),
        Column(_("Nội dung"), _("Nội dung của khoản phải nộp"), lambda row: row.bill.description),
        Column(
            _("Đã nhận (đồng)"),
            _("Tiền đã đến qua lần nộp này theo sổ cái, mỗi đồng một lần: tiền chuyển từ khoản khác ở lần nộp đầu"),
            _received,
        ),
        Column(
            _("Đang chờ hoàn (đồng)"),
            _("Đã đề nghị hoặc đã duyệt, tiền chưa về người nộp"),
            lambda row: row.pending_refund_amount,
        ),
        Column(
            _("Đến qua"),
            _("Cổng hoặc quầy mà tiền đã nhận đến qua; cộng “Đã nhận” theo cột này ra tiền của từng cổng"),
            lambda row: ", ".join(dict.fromkeys(registry.name_of(event.gateway) for event in row.money_in)),
        ),
        Column(
            _("Căn cứ ghi nhận"),
            _("Tin ngân hàng ký, ngân hàng trả lời, theo tệp (ai nạp, ai xác nhận), hay người ghi nhận"),
            lambda row: evidence.in_words(row),
        ),
    ),
)
