"""The paper behind a claimed exemption: an officer has seen it, or there is none and the fee is owed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.values.money import dong_for_reader
from dossiers.desk import moved
from dossiers.desk.access import DeskStaff, for_staff
from dossiers.desk.customer_display import views
from dossiers.errors import DossierMoved, NothingClaimed
from dossiers.fees import exemptions
from payments.errors import BillHasMoney, BillNotPayable


@require_POST
@for_staff
def check_exemption(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponse:
    """Note what `giay` says: the paper was seen (`co`), or there is none (`khong`)."""
    dossier = moved.as_seen(request, staff.dossier_to_act_on(code))
    try:
        if request.POST.get("giay") == "co":
            exemptions.prove(dossier, actor=staff.user)
            messages.success(request, _("Đã ghi: đã xem giấy chứng minh."))
        elif request.POST.get("giay") == "khong":
            bill = exemptions.let_fall(dossier, actor=staff.user).bill
            amount = dong_for_reader(bill.amount if bill else 0)
            messages.success(request, _("Đã ghi: không có giấy. Phải nộp %(amount)s.") % {"amount": amount})
    except DossierMoved:
        moved.warn(request, dossier)
    except NothingClaimed:
        messages.info(request, _("Giấy chứng minh của hồ sơ này đã được xem, hoặc lúc này không thu phí."))
    except (BillHasMoney, BillNotPayable):
        messages.warning(request, _("Khoản thu thay đã nộp hoặc đang nộp: hỏi kế toán để hoàn lại."))
    views.publish_change(request)
    return redirect("desk-dossier", code=code)
