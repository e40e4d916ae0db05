"""Administration of API clients and their webhook deliveries."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from agencies.admin_base import ProvedAdmin, ReadOnlyAdmin
from agencies.models import User
from agencies.reauthentication import recently_proved_method
from payments.api import clients
from payments.models import ApiClient, WebhookDelivery
from payments.webhooks import dispatch


@admin.register(ApiClient)
class ClientAdmin(ProvedAdmin):
    """Systems that connect. A key is made on a page of its own, which shows it once and stores only its hash."""

    audited_as, audit_name = "api_client_saved", "client"
    helps = {
        "name": _("Tên để nhận ra hệ thống và đơn vị vận hành."),
        "agencies": _("Hệ thống chỉ lập được khoản thu cho các cơ quan này."),
        "is_active": _("Tắt: khóa của hệ thống không dùng được nữa, ngay lập tức."),
    }
    list_display = ["name", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    fields = ["name", "agencies", "is_active"]
    autocomplete_fields = ["agencies"]
    actions_detail = ["go_to_key"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: bills name the system that made them. It is switched off instead."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        """A new system begins with a key nobody knows."""
        if not change:
            clients.lock_out(obj)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the key of the new system."""
        return redirect(self._key_page(obj.pk))

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the key."""
        page = path("<int:object_id>/khoa/", self.admin_site.admin_view(self.key), name="payments_apiclient_key")
        return [page, *super().get_urls()]

    @action(description=_("Tạo khóa kết nối mới"), permissions=["change"])  # type: ignore[untyped-decorator]
    def go_to_key(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Lead to the page that asks first: a link must not change anything."""
        return redirect(self._key_page(object_id))

    @recently_proved_method
    def key(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """GET asks, POST makes a key and shows it in this very answer, which is never cached or kept."""
        client = get_object_or_404(ApiClient, pk=object_id)
        if not self.has_change_permission(request, client):
            raise PermissionDenied
        key = ""
        if request.method == "POST":
            key = clients.replace_key(client, actor=cast(User, request.user))
        context = {**self.admin_site.each_context(request), "client": client, "key": key, "title": client.name}
        return render(request, "payments/admin/api_key.html", context)

    def _key_page(self, object_id: int) -> str:
        return reverse("admin:payments_apiclient_key", args=[object_id])


@admin.register(WebhookDelivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Webhook deliveries, successful or not; any can be sent again."""

    agency_path = "endpoint__client__agencies"

    list_display = ["created_at", "kind", "endpoint", "attempts", "last_status", "delivered_at", "gave_up_at"]
    list_filter = ["kind", ("delivered_at", admin.EmptyFieldListFilter), ("gave_up_at", admin.EmptyFieldListFilter)]
    list_select_related = ["endpoint"]
    search_fields = ["event_id", "endpoint__url", "endpoint__client__name"]
    actions = ["send_again"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Reading alone does not let anybody send."""
        return request.user.has_perm("payments.change_webhookdelivery")

    @admin.action(description=_("Gửi lại"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Send the chosen events once more, from the beginning."""
        number = dispatch.send_again(queryset, actor=cast(User, request.user))
        messages.success(request, _("Sẽ gửi lại %(number)d tin.") % {"number": number})
