"""Slips of the counter: received, and handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from core.values.identity import phone_as_spoken
from core.values.money import dong
from dossiers.models import Dossier, Draft, HandOver, PaperState
from dossiers.states import DossierState
from procedures.models.procedure import DurationUnit

from .layout import Sheet


def moment(when: datetime | None) -> str:
    """Format a time as on printed forms; a time that is not set is said to be so."""
    return f"{timezone.localtime(when):%H:%M ngày %d/%m/%Y}" if when else "không quy định"


def reception_slip(dossier: Dossier, printed_at: datetime, note: str = "") -> Sheet:
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả (form 01 of TT 03/2025). Its QR opens the dossier and pays it."""
    owed = sum(bill.missing_amount for bill in dossier.bills.all())
    papers = [attachment.name for attachment in dossier.attachments.exclude(state=PaperState.REFUSED)]
    return Sheet(
        agency=dossier.agency.name,
        form="Mẫu số 01, TT 03/2025/TT-VPCP",
        title="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        number=dossier.code,
        note=note,
        printed_at=printed_at,
        facts=(
            ("Mã PIN", dossier.pin or "đã đưa khi nộp hồ sơ"),
            ("Chủ hồ sơ", dossier.owner_name),
            ("Hình thức nộp", str(dossier.get_channel_display())),
            ("Điện thoại", phone_as_spoken(dossier.owner_phone) or "…"),
            ("Địa chỉ", dossier.owner_address or "…"),
            ("Thủ tục", dossier.case.procedure.name),
            ("Giấy tờ đã nhận", "; ".join(papers) or "bản giấy tại quầy"),
            ("Thời hạn giải quyết", _duration(dossier)),
            ("Tiếp nhận lúc", moment(dossier.received_at or dossier.submitted_at)),
            ("Hẹn trả kết quả", moment(dossier.due_at)),
            ("Nhận kết quả", dossier.get_return_method_display()),
            ("Phí, lệ phí còn phải nộp", dong(owed)),
        ),
        signatures=(("Người nộp hồ sơ", dossier.owner_name), ("Người tiếp nhận", _who_accepted(dossier))),
        qr=settings.BASE_URL + reverse("slip", args=[dossier.slip_token]),
        qr_note="Quét mã để nộp phí và theo dõi hồ sơ trên trang của tỉnh. Không chuyển tiền cho cá nhân.",
    )


def _duration(dossier: Dossier) -> str:
    if dossier.case.duration_unit == DurationUnit.NONE:
        return "không quy định"
    with translation.override("vi"):  # what is printed is Vietnamese, whoever prints it
        return dossier.case.duration_in_words(dossier.channel).lower()


def _who_accepted(dossier: Dossier) -> str:
    accepted = dossier.events.filter(after=DossierState.ACCEPTED, actor__isnull=False).order_by("-id").first()
    return str(accepted.actor) if accepted else ""


def release_slip(hand_over: HandOver, printed_at: datetime, note: str = "") -> Sheet:
    """Biên nhận trả kết quả: all results handed over together are on one form."""
    together = [hand_over]
    if hand_over.batch:
        related = HandOver.objects.filter(batch=hand_over.batch).select_related("dossier__case__procedure")
        together = list(related.order_by("dossier__code"))
    shown = hand_over.get_identity_shown_display()
    tail = f" …{hand_over.identity_tail}" if hand_over.identity_tail else ""
    letter = (("Giấy ủy quyền", hand_over.letter),) if hand_over.letter else ()
    posted = (("Số vận đơn", hand_over.tracking_number),) if hand_over.tracking_number else ()
    return Sheet(
        agency=hand_over.dossier.agency.name,
        title="Biên nhận trả kết quả",
        number=hand_over.dossier.code,
        note=note,
        printed_at=printed_at,
        facts=(
            ("Người nhận", hand_over.receiver_name),
            ("Quan hệ với chủ hồ sơ", hand_over.get_relation_display()),
            *letter,
            ("Giấy tờ đã xem", f"{shown}{tail}" or "…"),
            *posted,
            ("Trả lúc", moment(hand_over.at)),
        ),
        columns=("Mã hồ sơ", "Chủ hồ sơ", "Thủ tục"),
        rows=[(each.dossier.code, each.dossier.owner_name, each.dossier.case.procedure.name) for each in together],
        signatures=(("Người nhận", hand_over.receiver_name), ("Người trả", str(hand_over.officer))),
    )


def summary_to_sign(draft: Draft, context: dict[str, Any], printed_at: datetime) -> Sheet:
    """What an officer filled in for a citizen, to be read and signed; `context` comes from `summary.context_of`."""
    assistance, quote = draft.assistance, context["quote"]
    cost = dong(context["together"]) if quote and quote.is_determined else "xác định sau khi thẩm định hồ sơ"
    answers = [(str(label), value) for _slug, _title, said in context["sections"] for label, value in said]
    papers = "; ".join(paper.name for paper in context["papers"])
    name = next(iter(draft.answers.get("nguoi-nop", {}).get("owner_name", ())), "")
    return Sheet(
        agency=assistance.agency.name,
        title="Bản tóm tắt hồ sơ nộp với sự giúp đỡ của cán bộ",
        number=draft.code,
        printed_at=printed_at,
        facts=(
            ("Thủ tục", draft.case.procedure.name),
            ("Trường hợp", draft.case.name),
            ("Hình thức nộp", str(assistance.get_channel_display())),
            *answers,
            ("Giấy tờ kèm theo", papers or "bản giấy tại quầy"),
            ("Phải nộp", cost),
        ),
        paragraphs=("Tôi đã đọc bản tóm tắt này, nội dung đúng và tôi đồng ý nộp hồ sơ.",),
        signatures=(("Người nộp hồ sơ", name), ("Cán bộ giúp nộp", str(assistance.officer))),
    )
