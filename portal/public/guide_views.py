"""Guides, help, glossary, and posters of counters."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from agencies.models import Agency
from agencies.succession import by_former_district
from core.database.name_search import has_words
from procedures.calendar.days import opening_hours
from procedures.models import WorkingHours

from . import poster_pdf

#: Each way to pay: its anchor, its name, and four steps of (picture, what to do, how).
WAYS = (
    (
        "dien-thoai",
        _("Nộp bằng điện thoại"),
        (
            ("scan-slip", _("Quét mã trên giấy hẹn"), _("Mở máy ảnh, đưa vào mã QR. Trang hồ sơ mở ra.")),
            ("amount", _("Xem số tiền"), _("Đọc từng khoản và tên đơn vị thu.")),
            ("bank", _("Bấm Nộp"), _("Chọn cách nộp, xác nhận trong ứng dụng ngân hàng hoặc ví.")),
            ("paid", _("Thấy ĐÃ NỘP là xong"), _("Lưu biên lai. Đóng trang sớm cũng không mất tiền.")),
        ),
    ),
    (
        "ma-qr",
        _("Nộp bằng mã VietQR"),
        (
            ("type-code", _("Mở hồ sơ trên máy tính"), _("Gõ mã hồ sơ và mã PIN ở trang Tra cứu, nộp phí.")),
            ("amount", _("Chọn VietQR"), _("Trang hiện mã QR đã có sẵn số tiền và nội dung.")),
            ("scan-screen", _("Quét bằng ứng dụng ngân hàng"), _("Kiểm tra tên đơn vị thu rồi chuyển. Đừng sửa gì.")),
            ("paid", _("Trang tự báo ĐÃ NỘP"), _("Thường trong vài giây. Không cần chụp màn hình gửi ai.")),
        ),
    ),
    (
        "nguoi-than",
        _("Nộp thay người thân"),
        (
            ("relative", _("Xin mã hồ sơ và mã PIN"), _("Hoặc ảnh chụp mã QR trên giấy hẹn.")),
            ("type-code", _("Mở hồ sơ"), _("Không cần tài khoản, không cần căn cước của người thân.")),
            ("bank", _("Nộp"), _("Bằng ngân hàng hay ví của bạn; biên lai vẫn đứng tên chủ hồ sơ.")),
            ("paid", _("Báo cho người thân"), _("Họ mở hồ sơ cũng thấy ĐÃ NỘP.")),
        ),
    ),
    (
        "tai-quay",
        _("Nộp tại quầy"),
        (
            ("counter", _("Đưa giấy hẹn"), _("Cán bộ quét mã, màn hình hiện số tiền.")),
            ("scan-screen", _("Quét mã QR trên màn hình quầy"), _("Hoặc nộp tiền mặt cho thu ngân.")),
            ("paid", _("Nhận biên lai"), _("Phí và lệ phí có biên lai riêng, có mã QR để xác minh.")),
            ("ask", _("Cần giúp thì hỏi"), _("Cán bộ làm cùng bạn từng bước.")),
        ),
    ),
)

#: One word for one thing, the same here, on the slips and on the phone.
GLOSSARY = (
    (_("Hồ sơ"), _("Giấy tờ bạn nộp cho một việc. Mỗi hồ sơ có một mã.")),
    (_("Mã PIN"), _("Bốn chữ số in trên giấy hẹn. Mã hồ sơ cùng mã PIN mở được hồ sơ, nên chỉ đưa cho người bạn tin.")),
    (_("Phí"), _("Tiền trả cho một dịch vụ công, ví dụ chứng thực bản sao.")),
    (_("Lệ phí"), _("Khoản nộp ngân sách khi được cấp giấy tờ, ví dụ đăng ký cư trú.")),
    (_("Khoản phải nộp"), _("Số tiền của hồ sơ, lập theo biểu phí của ngày nộp và không đổi về sau.")),
    (_("Lần thanh toán"), _("Một lần bạn bắt đầu trả tiền. Bắt đầu nhiều lần vẫn chỉ nộp một lần.")),
    (_("Đã nộp"), _("Tiền đã đến đúng đơn vị thu, ngân hàng đã xác nhận.")),
    (_("Đang kiểm tra"), _("Ngân hàng chưa trả lời rõ. Chúng tôi tự hỏi lại; bạn đừng nộp lần nữa.")),
    (_("Tiền thừa"), _("Tiền đến hai lần hoặc quá số. Được ghi nhận và hoàn lại.")),
    (
        _("Biên lai"),
        _("Chứng từ thuế của khoản đã nộp, có số và mã QR để xác minh. Ảnh chụp màn hình không phải biên lai."),
    ),
    (_("Trả kết quả"), _("Cán bộ đưa giấy tờ đã làm xong, khi phí đã nộp đủ.")),
    ("VietQR", _("Mã QR chung của các ngân hàng Việt Nam, quét được bằng mọi ứng dụng ngân hàng.")),
)


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """Four ways to pay in four pictures each, and whom to ask."""
    return render(request, "portal/public/guide.html", {"ways": WAYS})


@require_GET
def glossary(request: HttpRequest) -> HttpResponse:
    """What our words mean."""
    return render(request, "portal/public/glossary.html", {"words": GLOSSARY})


@require_GET
def counters(request: HttpRequest) -> HttpResponse:
    """The counters, to find one's hours or to print its poster."""
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    agencies = Agency.objects.existing_on(timezone.localdate()).filter(procedures__isnull=False)
    if text:
        # Most people know their commune by the name it had before the reform.
        by_name = has_words("search_key", text) | has_words("inheritances__predecessor__search_key", text)
        agencies = agencies.filter(by_name)
    given = agencies.distinct().order_by("-level", "name")
    context = {"text": text, "agencies": given, "groups": [] if text else by_former_district(given)}
    return render(request, "portal/public/counters.html", context)


@require_GET
def counter(request: HttpRequest, number: int) -> HttpResponse:
    """Where the poster's QR leads: pay, find a procedure, hours of this counter."""
    agency, today = _counter(number), timezone.localdate()
    weekday = WorkingHours.Weekday
    hours = [(weekday(shift.first).label, weekday(shift.last).label, shift) for shift in opening_hours(today, agency)]
    return render(request, "portal/public/counter.html", {"agency": agency, "hours": hours})


@require_GET
def poster(request: HttpRequest, number: int) -> HttpResponse:
    """The poster as a page to print."""
    agency = _counter(number)
    return render(request, "portal/public/poster.html", {"agency": agency, "address": _address(agency)})


@require_GET
def poster_file(request: HttpRequest, number: int) -> HttpResponse:
    """The same poster as an A4 file for a print shop, always in Vietnamese."""
    agency = _counter(number)
    content = poster_pdf.render(agency.name, _address(agency))
    name = f'inline; filename="ap-phich-{agency.pk}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})


def _counter(number: int) -> Agency:
    return get_object_or_404(Agency.objects.existing_on(timezone.localdate()), pk=number)


def _address(agency: Agency) -> str:
    return f"{settings.BASE_URL}{reverse('counter', args=[agency.pk])}"
