"""Fee schedules by Excel: out and in again without a loss, in as a whole or not at all, never a formula."""

from __future__ import annotations

import base64
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from agencies.models import AuditEntry, User
from procedures.models import Exemption, FeeRule, FeeSchedule, ScheduleState
from procedures.schedules import workbook, workbook_exemptions, workbook_import
from procedures.schedules.timeline import draw
from tests.support import factories
from tests.support.fee_rules import rule
from tests.support.schedule_pages import page, signed_in
from tests.support.schedules import schedule

pytestmark = pytest.mark.django_db
PRICE = list(workbook.COLUMNS).index("price") + 1


def draft() -> FeeSchedule:
    made = schedule(factories.case(), 10_000, timezone.localdate())
    FeeRule.objects.create(
        schedule=made, code="B", name="=HYPERLINK(1)", kind="phi", price=0, quantity_fact="pages",
        tiers=[{"up_to": 2, "price": 2000}, {"up_to": None, "price": 1000}], cap=200_000, position=1,
    )  # fmt: skip
    return made


def edited(of: FeeSchedule, row: int, column: int, value: Any) -> bytes:
    book = load_workbook(BytesIO(workbook.write(of)))
    book.worksheets[0].cell(row, column).value = value
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def upload(content: bytes) -> dict[str, Any]:
    return {"workbook": SimpleUploadedFile("b.xlsx", content)}


def test_what_goes_out_comes_back_the_same_and_formulas_are_only_text() -> None:
    made = draft()
    file = workbook.write(made)
    assert load_workbook(BytesIO(file)).worksheets[0].cell(3, 3).data_type != "f"
    assert workbook_import.changes(made, workbook.read(BytesIO(file), made)) == []


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (PRICE, "=1+1", "là công thức"),
        (PRICE, -5, "số nguyên không âm"),
        (PRICE, 1.5, "số nguyên không âm"),
        (PRICE, None, "thiếu mức thu"),
        (1, "Không có", "không có trường hợp"),
        (4, "thue", "Loại"),
        (15, '[{"up_to": true}]', "Bậc"),
        (3, "x" * 300, "Tên khoản"),
    ],
)
def test_faults_name_their_row_and_nothing_is_taken_in(column: int, value: Any, message: str) -> None:
    made = draft()
    answer = signed_in("writer").post(page(made, "workbook-import"), upload(edited(made, 2, column, value)))
    text = answer.content.decode()
    assert "Dòng 2" in text and message in text
    assert made.rules.count() == 2


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", b"0" * 300_000])
def test_what_is_no_workbook_is_refused_kindly(content: bytes) -> None:
    answer = signed_in("writer").post(page(draft(), "workbook-import"), upload(content))
    assert answer.status_code == 200
    assert "Chưa nhập được" in answer.content.decode()


def test_the_preview_changes_nothing_and_the_second_button_takes_it_in() -> None:
    made, client = draft(), signed_in("writer")
    content = edited(made, 2, PRICE, 25_000)
    assert "25000" in client.post(page(made, "workbook-import"), upload(content)).content.decode()
    assert made.rules.get(code="A").price == 10_000
    client.post(page(made, "workbook-import"), {"confirmed": base64.b64encode(content).decode()})
    assert made.rules.get(code="A").price == 25_000
    assert made.rules.get(code="B").tiers[0] == {"up_to": 2, "price": 2000}


def test_only_a_draft_takes_a_workbook_in() -> None:
    made, client = draft(), signed_in("writer")
    content = edited(made, 2, PRICE, 25_000)
    FeeSchedule.objects.filter(pk=made.pk).update(state=ScheduleState.PROPOSED)
    answer = client.post(page(made, "workbook-import"), {"confirmed": base64.b64encode(content).decode()})
    assert "không làm bước này được" in answer.content.decode()
    assert made.rules.get(code="A").price == 10_000
    assert client.get(page(made, "workbook")).content[:2] == b"PK"


def test_the_picture_shows_a_gap_and_two_prices_at_once() -> None:
    one = rule(schedule_id=1, starts=date(2026, 1, 1), ends=date(2026, 6, 1))
    two = rule(schedule_id=2, rule_id=2, starts=date(2026, 9, 1), ends=None)
    drawn = draw([one, two], 2, date(2026, 7, 1))
    assert drawn and [bar.kind for bar in drawn.rows[0].bars] == ["other", "gap", "price"]
    three = rule(schedule_id=3, rule_id=3, starts=date(2026, 10, 1), ends=None)
    drawn = draw([one, two, three], 2, date(2026, 7, 1))
    assert drawn and "clash" in [bar.kind for bar in drawn.rows[0].bars]
    made = draft()
    assert 'class="timeline"' in signed_in("reader").get(page(made)).content.decode()


REDUCED = ("ho-ngheo", "Hộ nghèo", 50, 0, "Sổ hộ nghèo", "online", "le_phi", "NQ 2", "01/01/2026", "31/12/2026")


def with_exemptions(of: FeeSchedule, *rows: tuple[Any, ...]) -> bytes:
    book = load_workbook(BytesIO(workbook.write(of)))
    for row in rows:
        book.worksheets[1].append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_who_pays_less_goes_out_and_in_on_a_sheet_of_its_own() -> None:
    made, client = draft(), signed_in("writer")
    address = page(made, "workbook-import")
    content = with_exemptions(made, REDUCED)
    shown = client.post(address, upload(content)).content.decode()
    assert "Hộ nghèo" in shown and not Exemption.objects.exists()
    client.post(address, {"confirmed": base64.b64encode(content).decode()})
    row = Exemption.objects.get(schedule=made)
    assert (row.group, row.percent, row.channel, row.kind) == ("ho-ngheo", 50, "online", "le_phi")
    assert (row.valid_during.lower, row.valid_during.upper) == (date(2026, 1, 1), date(2027, 1, 1))
    again = workbook.read(BytesIO(workbook.write(made)), made)
    assert workbook_import.changes(made, again) == []
    entry = AuditEntry.objects.get(action="fee_schedule_imported")
    assert "Hộ nghèo" in entry.detail["changes"][0]["after"]


def test_a_file_without_the_sheet_leaves_them_as_they_are() -> None:
    made = draft()
    Exemption.objects.create(schedule=made, group="ho-ngheo", name="Hộ nghèo")
    book = load_workbook(BytesIO(workbook.write(made)))
    del book[workbook_exemptions.SHEET]
    file = BytesIO()
    book.save(file)
    content = workbook.read(BytesIO(file.getvalue()), made)
    assert content.exemptions is None
    workbook_import.take_in(made, content, by=User.objects.create_user("writer"))
    assert Exemption.objects.filter(schedule=made).count() == 1


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (2, 101, "exemption_percent_sane"),
        (3, 5_000, "không ghi cả hai"),
        (2, "nửa", "số nguyên không âm"),
        (5, "điện thoại", "Kênh"),
        (8, "ngày mai", "phải là ngày"),
        (9, "31/12/2025", "ngày cuối trước ngày đầu"),
        (1, "=1+1", "là công thức"),
    ],
)
def test_a_wrong_row_of_it_is_refused_with_its_number(column: int, value: Any, expected: str) -> None:
    row = list(REDUCED)
    row[column] = value
    made = draft()
    with pytest.raises(workbook.WorkbookRefused, match=expected) as refused:
        workbook.read(BytesIO(with_exemptions(made, tuple(row))), made)
    assert all("ng 2" in message for message in refused.value.messages)


def test_the_same_twice_is_refused() -> None:
    made = draft()
    with pytest.raises(workbook.WorkbookRefused, match="trùng nhóm"):
        workbook.read(BytesIO(with_exemptions(made, REDUCED, REDUCED)), made)
