"""List of discrepancies, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from payments import discrepancies, search
from payments.accounting.access import AccountingStaff
from payments.exports.params import choice
from payments.models import Discrepancy, Reallocation
from payments.models.discrepancies import CURRENT_KIND, HOLDING_MONEY, DiscrepancyKind
from payments.states import ReallocationState

from .base import Chosen, Column, Listing, searched, zoned

ORDERS = {"oldest": ("opened_at", "id"), "newest": ("-opened_at", "-id"), "largest": ("-amount", "-id")}
#: All kinds of money that belongs to somebody, in one choice.
HELD = "held"


def mine(staff: AccountingStaff) -> QuerySet[Discrepancy]:
    """Return the discrepancies somebody sees."""
    return Discrepancy.objects.filter(agency__in=staff.sees)


def owners(staff: AccountingStaff) -> list[User]:
    """Return everybody who is responsible for one of them."""
    return list(User.objects.filter(pk__in=mine(staff).order_by().values("owner")).order_by("full_name"))


def choose(staff: AccountingStaff, given: Mapping[str, str]) -> Chosen:
    """Return the filter of an address."""
    owner = given.get("owner", "")
    return {
        "q": searched(given),
        "kind": choice(given, "kind", (HELD, *DiscrepancyKind.values)),
        "state": choice(given, "state", ("open", "late", "moving", "closed", "all"), "open"),
        "owner": owner if owner in ("me", "none") or (owner.isdecimal() and len(owner) < 16) else "",
        "order": choice(given, "order", ORDERS, "oldest"),
    }


def rows(staff: AccountingStaff, chosen: Chosen) -> QuerySet[Discrepancy]:
    """Return the discrepancies a filter leaves, in its order."""
    matching = mine(staff)
    if chosen["kind"]:
        kinds = HOLDING_MONEY if chosen["kind"] == HELD else (chosen["kind"],)
        matching = matching.filter(In(CURRENT_KIND, kinds))
    if chosen["state"] == "moving":
        proposed = Reallocation.objects.filter(state=ReallocationState.PROPOSED).exclude(maker=staff.user)
        matching = matching.filter(pk__in=proposed.values("discrepancy"), agency__in=staff.acts_for)
    elif chosen["state"] != "all":
        matching = matching.filter(closed_at__isnull=chosen["state"] != "closed")
    if chosen["state"] == "late":
        matching = matching.filter(opened_at__lt=timezone.now() - discrepancies.PATIENCE)
    if chosen["owner"]:
        matching = matching.filter(owner={"me": staff.user.pk, "none": None}.get(chosen["owner"], chosen["owner"]))
    if chosen["q"]:
        matching = matching.filter(search.cases(search.understand(chosen["q"], timezone.localdate())))
    return matching.order_by(*ORDERS[chosen["order"]])


def due_at(case: Discrepancy) -> datetime:
    """Return until when a discrepancy should be closed: what a payer was promised, else our own patience."""
    claim = getattr(case, "claim", None)
    return claim.due_at if claim else case.opened_at + discrepancies.PATIENCE


CASES = Listing(
    slug="sai-lech",
    name=_("Sai lệch"),
    page="accounting-cases",
    keys=("q", "kind", "state", "owner", "order"),
    choose=choose,
    rows=rows,
    related=("agency", "bill", "payment", "notification", "owner", "claim"),
    columns=(
        Column(_("Số vụ việc"), _("Số trong địa chỉ của trang vụ việc"), lambda row: row.pk),
        Column(_("Loại"), _("Vì sao có vụ việc; tiền thừa, nộp thừa là hai loại"), lambda row: row.current_kind.label),
        Column(_("Cơ quan"), _("Nơi phải xử lý"), lambda row: row.agency.name),
        Column(_("Mã khoản"), _("Trống nếu không rõ nộp cho khoản nào"), lambda row: row.bill and row.bill.reference),
        Column(_("Người nộp"), _("Tên trên khoản phải nộp"), lambda row: row.bill and row.bill.payer_name),
        Column(_("Số tiền (đồng)"), _("Số tiền của vụ việc"), lambda row: row.amount),
        Column(_("Đã xử lý (đồng)"), _("Đã hoàn hoặc đã chuyển, kể cả đang chờ"), lambda row: row.used_amount),
        Column(_("Còn giữ (đồng)"), _("Tiền của người nộp chưa xử lý"), lambda row: row.remaining_amount),
        Column(
            _("Mã giao dịch của ngân hàng"),
            _("Trong thông báo đã mở vụ việc"),
            lambda row: row.notification.gateway_ref if row.notification else row.payment and row.payment.gateway_ref,
        ),
        Column(_("Phụ trách"), _("Trống nếu chưa ai nhận"), lambda row: str(row.owner or "")),
        Column(zoned(_("Mở lúc")), _("Lúc hệ thống mở vụ việc"), lambda row: row.opened_at),
        Column(zoned(_("Hạn xử lý")), _("Hẹn trả lời người nộp, hoặc 3 ngày"), due_at),
        Column(zoned(_("Đóng lúc")), _("Trống nếu đang mở"), lambda row: row.closed_at),
        Column(_("Nên làm"), _("Gợi ý của hệ thống"), lambda row: str(row.suggested_action)),
        Column(_("Kết quả"), _("Ghi khi đóng"), lambda row: row.resolution),
    ),
)
