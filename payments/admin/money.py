"""Read-only administration of money; dead letters can be retried."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies.admin_base import ReadOnlyAdmin
from agencies.admin_filters import ChosenFilter, DaysFilter, WordsFilter
from agencies.audit import record as audit
from agencies.authorization import sees_everything
from agencies.models import User
from gateways import registry
from payments import payment_history
from payments.accounting.access import staff_of
from payments.callbacks import dead_letters, rejected
from payments.models import Bill, Discrepancy, LedgerEvent, Notification, Payment, Receipt, RejectedNotification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Notifications of gateways; dead letters can be retried."""

    words = {
        "gateway": registry.name_of,
        "outcome": payment_history.outcome_in_words,
        "result": payment_history.meaning_of,
    }
    list_display = ["received_at", "gateway", "merchant_ref", "outcome", "amount", "state", "result"]
    list_filter = ["state", ("gateway", WordsFilter), ("outcome", WordsFilter)]
    search_fields = ["merchant_ref", "gateway_ref"]
    actions = ["retry"]
    agency_path = "payment__bill__agency"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Reading alone does not let anybody try again."""
        return request.user.has_perm("payments.change_notification")

    @admin.action(description=_("Xử lý lại"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        """Give quarantined notifications another chance."""
        for notification in queryset:
            dead_letters.retry(notification, actor=cast(User, request.user))
        messages.success(request, _("Đã đưa lại vào hàng chờ."))


@admin.register(RejectedNotification)
class RejectedNotificationAdmin(ReadOnlyAdmin):
    """What was not believed or not meant for us; it belongs to no agency, so only the province sees it."""

    words = {"gateway": registry.name_of}
    list_display = ["received_at", "gateway", "reason", "remote_addr", "reviewed_at"]
    search_fields = ["remote_addr", "body_sha256"]
    list_filter = ["reason", ("gateway", WordsFilter), ("reviewed_at", admin.EmptyFieldListFilter)]
    fields = ["received_at", "gateway", "reason", "remote_addr", "body_sha256", "bank_message", "reviewed_at"]
    readonly_fields = ["bank_message"]
    actions = ["review"]
    agency_path = ""

    @admin.display(description=_("Nội dung được giữ lại"))
    def bank_message(self, rejected_notification: RejectedNotification) -> str:
        """What was sent, where it was kept."""
        return rejected_notification.message or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RejectedNotification]:
        """Return all of them to whoever sees the province, else none."""
        everything = RejectedNotification.objects.all()
        return everything if sees_everything(request.user) else everything.none()

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Reading alone does not let anybody say that it was dealt with."""
        return request.user.has_perm("payments.change_rejectednotification")

    @admin.action(description=_("Đã xem"), permissions=["review"])
    def review(self, request: HttpRequest, queryset: QuerySet[RejectedNotification]) -> None:
        """Mark as reviewed, so that the first page no longer lists them."""
        count = rejected.review(queryset)
        audit.record("review_rejected_notifications", "rejectednotices", actor=cast(User, request.user), count=count)
        messages.success(request, _("Đã ghi nhận là đã xem."))


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    """Bills, each with the way to why it costs what it costs."""

    change_form_before_template = "payments/admin/bill_why.html"
    list_display = ["reference", "agency_name", "amount", "state", "created_at", "settled_at"]
    list_filter = ["state", ("agency", ChosenFilter), ("created_at", DaysFilter)]
    list_filter_submit = True
    search_fields = ["reference"]


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Attempts to pay."""

    agency_path = "bill__agency"
    list_display = ["merchant_ref", "gateway", "amount", "state", "created_at", "paid_at"]
    words = {"gateway": registry.name_of}
    list_filter = ["state", ("gateway", WordsFilter), "created_at"]
    search_fields = ["merchant_ref", "gateway_ref", "=bill__reference", "=amount"]
    change_form_after_template = "payments/accounting/_payment_history.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add what happened to the payment, in order."""
        payment = self.get_object(request, object_id)
        story = payment_history.of_payment(payment) if payment else []
        sees = staff_of(cast(User, request.user)).sees
        context = {**(extra_context or {}), "timeline": story, "payment": payment, "sees": sees}
        return super().change_view(request, object_id, form_url, context)


@admin.register(LedgerEvent)
class LedgerAdmin(ReadOnlyAdmin):
    """The ledger."""

    agency_path = "bill__agency"
    words = {
        "before": payment_history.state_in_words,
        "after": payment_history.state_in_words,
        "cause": payment_history.cause_in_words,
    }
    list_display = ["at", "kind", "amount", "bill", "before", "after", "cause"]
    list_filter = ["kind"]
    search_fields = ["=bill__reference", "=payment__merchant_ref"]
    list_select_related = ["bill"]


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    """Receipts."""

    agency_path = "bill__agency"
    list_display = ["shown_number", "kind", "amount", "agency_name", "issued_at"]
    list_filter = ["kind", ("issued_at", DaysFilter)]
    list_filter_submit = True
    search_fields = ["=number", "=bill__reference"]
    list_select_related = ["series"]

    @admin.display(description=_("Số biên lai"), ordering="number")
    def shown_number(self, receipt: Receipt) -> str:
        """The number as printed."""
        return receipt.full_number


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnlyAdmin):
    """Differences waiting for somebody."""

    list_display = ["opened_at", "shown_kind", "amount", "bill", "shown_action", "closed_at"]
    list_filter = ["kind", ("closed_at", admin.EmptyFieldListFilter)]
    search_fields = ["=bill__reference", "note"]
    list_select_related = ["bill"]

    @admin.display(description=_("Loại"), ordering="kind")
    def shown_kind(self, case: Discrepancy) -> str:
        """What it is now."""
        return str(case.current_kind.label)

    @admin.display(description=_("Nên làm"))
    def shown_action(self, case: Discrepancy) -> str:
        """What to do about it now."""
        return str(case.suggested_action)
