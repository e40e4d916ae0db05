"""Administration of the networks of offices."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agencies.admin_base import ProvedAdmin
from agencies.admin_filters import ChosenFilter
from agencies.models import OfficeNetwork
from core.values.text import fold


@admin.register(OfficeNetwork)
class OfficeNetworkAdmin(ProvedAdmin):
    """Who may edit an agency lists its networks; what is listed guards less, so it is proved like rights."""

    helps = {
        "network": _(
            "Nơi hàng trăm người dùng chung một địa chỉ, như Wi-Fi và máy dùng chung của trung tâm một cửa: mọi người "
            "ở đó không phải chờ nhau. Mỗi hồ sơ, mỗi tài khoản vẫn giữ giới hạn như cũ. Địa chỉ này hỏi nhà mạng, "
            "ví dụ 203.0.113.0/24."
        ),
        "note": _("Ví dụ: Wi-Fi tầng 1, nhà mạng, số hợp đồng. Để người sau biết khi nào bỏ."),
    }
    list_display = ["network", "agency", "note"]
    list_filter = [("agency", ChosenFilter)]
    list_filter_submit = True
    list_select_related = ["agency"]
    autocomplete_fields = ["agency"]
    search_fields = ["agency__search_key", "note"]
    search_help_text = _("Tên cơ quan hoặc ghi chú.")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find notes as they are typed, agencies without accents."""
        rows, is_doubled = super().get_search_results(request, queryset, search_term)
        return rows | queryset.filter(agency__search_key__contains=fold(search_term)), is_doubled
