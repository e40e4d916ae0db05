"""Style page: every component rendered with sample content."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from payments.states import DisplayState


class SampleForm(forms.Form):
    """One field of each sort; bound to nonsense so that the page shows errors too."""

    phone = forms.CharField(
        label=_("Điện thoại"), help_text=_("Ví dụ: 0912 345 678"), widget=forms.TextInput({"type": "tel"})
    )
    pages = forms.IntegerField(label=_("Số trang"), min_value=1)
    address = forms.CharField(label=_("Địa chỉ"), required=False)
    way = forms.ChoiceField(
        label=_("Cách nhận kết quả"),
        choices=[("counter", _("Nhận tại quầy")), ("post", _("Nhận qua bưu điện"))],
        widget=forms.RadioSelect,
    )
    agreed = forms.BooleanField(label=_("Tôi đã xem lại các thông tin trên"))


@require_GET
def style_page(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    context = {
        "sample": SampleForm({"phone": "0912 345 678", "pages": "0"}),
        "states": DisplayState.choices,
        "steps": [_("Giấy tờ"), _("Thông tin"), _("Xem lại"), _("Nộp")],
        "page": Paginator(range(60), 20).get_page(request.GET.get("page")),
    }
    return render(request, "portal/public/style_page.html", context)
