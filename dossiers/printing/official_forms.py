"""Forms 02 to 07 of TT 03/2025/TT-VPCP, appendix I (form 01 is among the slips)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils import timezone

from agencies.models import Agency
from dossiers.models import Dossier, EventKind, NoticeKind, WrittenNotice

from .layout import Sheet
from .slips import moment

_FORMS = {NoticeKind.SUPPLEMENT: "02", NoticeKind.REFUSAL: "03", NoticeKind.APOLOGY: "04", NoticeKind.STOP: "05"}
#: What a line "giao, nhận" says already.
_SAID_BY_GIVING = (EventKind.SIGNING_ASKED, EventKind.SENT_BACK)
_CIRCULAR = "TT 03/2025/TT-VPCP"


def notice(written: WrittenNotice, printed_at: datetime, note: str = "") -> Sheet:
    """Form 02, 03, 04 or 05: what is put to the citizen, and why."""
    dossier, kind = written.dossier, NoticeKind(written.kind)
    paragraphs = [f"Lý do: {written.reason}"]
    if kind == NoticeKind.SUPPLEMENT:
        paragraphs.append("Đề nghị ông/bà bổ sung, hoàn thiện một lần các giấy tờ sau:")
    elif kind == NoticeKind.APOLOGY:
        paragraphs.append(
            f"{dossier.agency.name} xin lỗi ông/bà vì sự chậm trễ này và hẹn trả kết quả "
            f"vào {moment(written.due_after)}, thay cho {moment(written.due_before)}."
        )
    elif kind == NoticeKind.STOP:
        paragraphs.append(
            "Thời gian dừng không tính vào thời hạn giải quyết; trong thời gian này chưa phải nộp phí, lệ phí còn lại."
        )
    items = [line.strip() for line in written.items.splitlines() if line.strip()]
    return Sheet(
        agency=dossier.agency.name,
        form=f"Mẫu số {_FORMS[kind]}, {_CIRCULAR}",
        title=str(kind.label),
        number=dossier.code,
        note=note,
        printed_at=printed_at,
        facts=(*_facts(dossier), ("Lập lúc", moment(written.issued_at))),
        paragraphs=paragraphs,
        columns=("STT", "Giấy tờ cần bổ sung") if items else (),
        rows=[(str(number), item) for number, item in enumerate(items, 1)],
        widths=(8, 92) if items else (),
        signatures=(("Người nhận", dossier.owner_name), ("Người ký", str(written.issued_by))),
    )


def control_sheet(dossier: Dossier, printed_at: datetime, note: str = "") -> Sheet:
    """Form 06: every giving and taking, and every step, in the order it happened."""
    handed = [
        (each.at, f"{each.get_stage_display()}: {each.giver} giao, {each.taker} nhận", each.note)
        for each in dossier.assignments.select_related("giver", "taker")
    ]
    steps = [
        (event.at, f"{event.get_kind_display()} {event.get_after_display() or ''}".strip(), str(event.actor or ""))
        for event in dossier.events.exclude(kind__in=_SAID_BY_GIVING).select_related("actor")
    ]
    return Sheet(
        agency=dossier.agency.name,
        form=f"Mẫu số 06, {_CIRCULAR}",
        title="Phiếu kiểm soát quá trình giải quyết hồ sơ",
        number=dossier.code,
        note=note,
        printed_at=printed_at,
        facts=(
            *_facts(dossier),
            ("Hẹn trả ban đầu", moment(dossier.original_due_at)),
            ("Hẹn trả hiện nay", moment(dossier.due_at)),
        ),
        columns=("Thời gian", "Việc", "Người làm, ý kiến"),
        rows=[(moment(at), what, who) for at, what, who in sorted(handed + steps)],
        widths=(26, 42, 32),
    )


def register_row(number: int, dossier: Dossier) -> Sequence[str]:
    """One line of form 07, dates as they are in Viet Nam."""
    dates = (dossier.received_at or dossier.submitted_at, dossier.due_at, dossier.returned_at)
    shown = (f"{timezone.localtime(at):%d/%m/%Y}" if at else "" for at in dates)
    return (str(number), dossier.code, dossier.owner_name, *shown)


def register(agency: Agency, month: date, dossiers: Iterable[Dossier], printed_at: datetime, *, total: int) -> Sheet:
    """Form 07: the register of a month. `total` dossiers there are; what is not printed is said."""
    rows = [register_row(number, each) for number, each in enumerate(dossiers, 1)]
    count = f"{total}" if total == len(rows) else f"{total}, in {len(rows)} hồ sơ đầu; bản đầy đủ: tệp CSV"
    return Sheet(
        agency=agency.name,
        form=f"Mẫu số 07, {_CIRCULAR}",
        title="Sổ theo dõi hồ sơ",
        number=f"Tháng {month:%m/%Y}",
        printed_at=printed_at,
        facts=(("Số hồ sơ", count),),
        columns=("STT", "Mã hồ sơ", "Chủ hồ sơ", "Nhận", "Hẹn trả", "Đã trả"),
        rows=rows,
        widths=(6, 28, 24, 14, 14, 14),
    )


def _facts(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    return (
        ("Chủ hồ sơ", dossier.owner_name),
        ("Thủ tục", dossier.case.procedure.name),
        ("Tiếp nhận lúc", moment(dossier.received_at or dossier.submitted_at)),
    )
