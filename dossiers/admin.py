"""Administration of messages to citizens, sent and failed."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.admin_base import AuditedAdmin, ReadOnlyAdmin
from agencies.admin_filters import WordsFilter
from agencies.admin_periods import WithPeriod
from agencies.models import User
from dossiers.messages import words
from dossiers.messages.outbox import send_again

from .models import Message, PostageRate


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Each message with its attempts; what was given up can be sent again."""

    agency_path = "dossier__agency"

    list_display = ["created_at", "kind", "channel", "dossier", "attempts", "sent_at", "gave_up_at", "last_error"]
    words = {"kind": words.kind, "channel": words.channel}
    list_filter = [
        ("channel", WordsFilter),
        ("kind", WordsFilter),
        ("sent_at", admin.EmptyFieldListFilter),
        ("gave_up_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["dossier"]
    search_fields = ["dossier__code"]
    actions = ["send_again"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Reading alone does not let anybody send."""
        return request.user.has_perm("dossiers.change_message")

    @admin.action(description=gettext_lazy("Gửi lại"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Try the chosen messages once more, from the beginning."""
        number = send_again(list(queryset.values_list("pk", flat=True)), actor=cast(User, request.user))
        messages.success(request, _("Sẽ gửi lại %(number)d tin.") % {"number": number})


@admin.register(PostageRate)
class PostageRateAdmin(WithPeriod, AuditedAdmin):
    """The post's tariff with its dates; what was billed keeps the price of its day."""

    helps = {
        "amount": gettext_lazy("Số tiền người nhận trả cho bưu điện, ghi thành dòng riêng của khoản phải nộp."),
        "source": gettext_lazy("Quyết định hoặc bảng giá, in trên khoản phải nộp."),
    }
    list_display = ["zone", "amount", "period", "source"]
    list_filter = ["zone"]
    search_fields = ["source"]
