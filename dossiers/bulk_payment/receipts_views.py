"""The list of dossiers opened in this browser, with payments and receipts."""

from __future__ import annotations

import io

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core.spreadsheets import Cell, write_xlsx
from payments.receipts.pdf import verification_url

from .views import XLSX, Owed, own_bills


@never_cache
@require_GET
def receipts_file(request: HttpRequest) -> HttpResponse:
    """One line a receipt, and one for each bill that has none yet. Raises Http404 where nothing was opened."""
    rows = own_bills(request)
    if not rows:
        raise Http404
    headings = (
        _("Mã hồ sơ"),
        _("Cơ quan thu"),
        _("Việc"),
        _("Số tiền (đồng)"),
        _("Tình trạng"),
        _("Số biên lai"),
        _("Ngày biên lai (giờ Việt Nam)"),
        _("Xác minh tại"),
    )
    notes = (
        (_("Lập lúc"), f"{timezone.localtime():%H:%M %d/%m/%Y}"),
        (_("Gồm"), _("Các hồ sơ đã mở trong trình duyệt này; biên lai đã hủy không có trong bảng.")),
    )
    content = io.BytesIO()
    write_xlsx(content, "Bien lai", headings, (line for row in rows for line in _lines(row)), notes)
    name = f'attachment; filename="bien-lai-{timezone.localdate():%Y%m%d}.xlsx"'
    return HttpResponse(content.getvalue(), content_type=XLSX, headers={"Content-Disposition": name})


def _lines(row: Owed) -> list[tuple[Cell, ...]]:
    bill = row.bill
    columns = (row.dossier.code, bill.agency_name, bill.description)
    state = str(bill.display_state.label)
    valid = [receipt for receipt in bill.receipts.all() if not receipt.is_cancelled]
    return [
        (*columns, receipt.amount, state, receipt.full_number, receipt.issued_at, verification_url(receipt))
        for receipt in valid
    ] or [(*columns, bill.amount, state, "", None, "")]
