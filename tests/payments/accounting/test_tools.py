"""Lists as files at once and from the background, and who gets them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from openpyxl import load_workbook

from agencies.models import AuditEntry, Membership, Role, User
from payments.accounting import export_views, list_toolbar
from payments.exports import params
from payments.exports import write as exports_write
from payments.exports.definitions import LISTS
from payments.models import Export, Payment
from payments.models.exports import ExportState
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import paid, said, sign_in, signed_in, surplus

pytestmark = pytest.mark.django_db(transaction=True)
#: The contract with whoever reads the files by machine: a heading is changed on purpose or not at all.
HEADINGS = {
    "lan-nop": "Mã khoản|Cơ quan thu|Người nộp|Số tiền (đồng)|Trạng thái|Ghi cho khoản|Đã hoàn (đồng)|Cổng|"
    "Mã đơn vị ở cổng|Mã giao dịch của ta|Mã giao dịch của ngân hàng|Bắt đầu lúc (UTC+7)|Nộp lúc (UTC+7)|Nội dung|"
    "Đã nhận (đồng)|Đang chờ hoàn (đồng)|Đến qua|Căn cứ ghi nhận",
    "sai-lech": "Số vụ việc|Loại|Cơ quan|Mã khoản|Người nộp|Số tiền (đồng)|Đã xử lý (đồng)|Còn giữ (đồng)|"
    "Mã giao dịch của ngân hàng|Phụ trách|Mở lúc (UTC+7)|Hạn xử lý (UTC+7)|Đóng lúc (UTC+7)|Nên làm|Kết quả",
    "hoan-tien": "Số yêu cầu|Cơ quan|Mã khoản|Lý do|Số tiền (đồng)|Trạng thái|Người đề nghị|Đề nghị lúc (UTC+7)|"
    "Người duyệt|Quyết định lúc (UTC+7)|Gửi ngân hàng lúc (UTC+7)|Xong lúc (UTC+7)|Mã giao dịch hoàn|Mã lần nộp",
    "bien-lai": "Số biên lai|Mẫu số|Loại|Cơ quan thu|Mã khoản|Người nộp|Số tiền (đồng)|Lập lúc (UTC+7)|"
    "Mã giao dịch của ta|Hủy lúc (UTC+7)|Thay bằng|Căn cứ ghi nhận",
    "su-dung": "Cơ quan|Mẫu số|Ký hiệu|Loại|Tháng|Từ số|Đến số|Số lượng|Đã hủy|Tổng tiền (đồng)|Còn hiệu lực (đồng)",
}


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


@pytest.fixture
def accountant() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


def agency_of(user: User) -> Any:
    return user.memberships.get().agency


def long_lists(monkeypatch: pytest.MonkeyPatch, most: int = 1) -> None:
    """Let more than `most` rows be too many to give out at once."""
    for module in (params, list_toolbar, export_views):
        monkeypatch.setattr(module, "MOST_COUNTED", most)


# Files at once.


@pytest.mark.parametrize("slug", LISTS)
def test_every_list_is_given_out_with_the_columns_that_were_promised(slug: str, accountant: User) -> None:
    client = sign_in(accountant)
    assert "|".join(rows_of(client.get(f"/doi-soat/xuat/{slug}/csv/"))[0]) == HEADINGS[slug]
    book = load_workbook(io.BytesIO(client.get(f"/doi-soat/xuat/{slug}/xlsx/").content))
    assert "|".join(str(cell.value) for cell in book.worksheets[0][1]) == HEADINGS[slug]
    explained = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert all(explained[heading] for heading in HEADINGS[slug].split("|"))
    assert "UTC+7" in explained[str(LISTS[slug].name)]
    assert all(heading in said(client.get("/doi-soat/tep/cac-cot/")) for heading in HEADINGS[slug].split("|"))


def test_a_file_has_exactly_the_rows_of_the_filter_with_numbers_and_vietnams_clock(accountant: User) -> None:
    agency = agency_of(accountant)
    wanted = paid(factories.payment(of=factories.bill(70_000, of=agency, payer_name="=1+1"), gateway="vietinbank"))
    factories.payment(of=factories.bill(80_000, of=agency))
    factories.payment(of=factories.bill(70_000))  # somebody else's
    Payment.objects.filter(pk=wanted.pk).update(paid_at=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    client = sign_in(accountant)
    _head, row = rows_of(client.get("/doi-soat/xuat/lan-nop/csv/", {"q": "70.000"}))
    assert (row[0], row[2], row[3]) == (wanted.bill.reference, "'=1+1", "70000")
    assert row[12] == "2026-11-24 01:00:00"
    assert len(rows_of(client.get("/doi-soat/xuat/lan-nop/csv/"))) == 3
    book = load_workbook(io.BytesIO(client.get("/doi-soat/xuat/lan-nop/xlsx/", {"q": "70.000"}).content))
    cells = list(book.worksheets[0][2])
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "d"}
    assert (cells[2].value, cells[3].value, cells[12].value) == ("'=1+1", 70_000, datetime(2026, 11, 24, 1, 0))  # noqa: DTZ001
    assert AuditEntry.objects.filter(action="export_list").count() == 3


def test_surplus_and_overpaid_are_one_choice_of_the_cases_and_their_file() -> None:
    case = surplus()
    client = signed_in(case.agency)
    _head, row = rows_of(client.get("/doi-soat/xuat/sai-lech/csv/", {"kind": "held"}))
    assert (row[0], row[1], row[7]) == (str(case.pk), "Tiền thừa: khoản đã được nộp hoặc đã đóng", "150000")
    assert len(rows_of(client.get("/doi-soat/xuat/sai-lech/csv/", {"kind": "over"}))) == 1
    assert len(rows_of(signed_in(factories.agency()).get("/doi-soat/xuat/sai-lech/csv/"))) == 1


def test_a_long_file_is_read_in_pieces_without_a_gap(accountant: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.database.pieces.PIECE", 2)
    agency = agency_of(accountant)
    made = [factories.payment(of=factories.bill(of=agency)).merchant_ref for _ in range(5)]
    _head, *rows = rows_of(sign_in(accountant).get("/doi-soat/xuat/lan-nop/csv/"))
    assert [row[9] for row in rows] == made[::-1]


# Files from the background.


def export_asked_for(user: User, form: str = "csv", query: str = "") -> Export:
    answer = sign_in(user).post("/doi-soat/tao-tep/lan-nop/", {"format": form, "query": query})
    assert answer.headers["Location"] == "/doi-soat/tep/"
    return Export.objects.latest("pk")


def two_payments(user: User) -> None:
    for amount in (70_000, 80_000):
        factories.payment(of=factories.bill(amount, of=agency_of(user)))


def test_a_long_list_is_made_in_the_background_told_of_and_given_out(
    accountant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_lists(monkeypatch)
    two_payments(accountant)
    client = sign_in(accountant)
    answer = client.get("/doi-soat/xuat/lan-nop/csv/", follow=True)
    assert "Danh sách dài hơn" in said(answer)
    assert "Tạo tệp CSV" in said(answer)
    made = export_asked_for(accountant)
    assert "Đang chờ" in said(client.get("/doi-soat/tep/trang-thai/"))
    assert exports_write.work_due() == 1
    made.refresh_from_db()
    assert (made.state, made.row_count, made.rows_done) == (ExportState.READY, 2, 2)
    page = said(client.get("/doi-soat/tep/"))
    assert "<strong>(1)</strong>" in tight(page)
    assert "Tải 2 dòng" in page
    _head, *rows = rows_of(client.get(f"/doi-soat/tep/{made.pk}/"))
    assert len(rows) == 2
    assert "<strong>(1)</strong>" not in tight(said(client.get("/doi-soat/")))
    actions = set(AuditEntry.objects.filter(subject=f"export:{made.pk}").values_list("action", flat=True))
    assert actions == {"export_asked", "export_taken"}


def test_a_file_from_the_background_is_a_workbook_in_the_language_of_who_asked(accountant: User) -> None:
    two_payments(accountant)
    client = sign_in(accountant)
    client.post("/i18n/setlang/", {"language": "en"})
    client.post("/doi-soat/tao-tep/lan-nop/", {"format": "xlsx", "query": "q=70.000"})
    exports_write.work_due()
    answer = client.get(f"/doi-soat/tep/{Export.objects.get().pk}/")
    sheet = load_workbook(io.BytesIO(b"".join(answer))).worksheets[0]
    assert sheet.max_row == 2
    assert sheet["A1"].value != "Mã khoản"


def test_nobody_else_gets_the_file_not_even_of_the_same_agency(accountant: User) -> None:
    two_payments(accountant)
    made = export_asked_for(accountant)
    exports_write.work_due()
    for role in (Role.ACCOUNTANT, Role.PROVINCE_ADMIN):
        assert signed_in(agency_of(accountant), role).get(f"/doi-soat/tep/{made.pk}/").status_code == 404


def test_whoever_lost_the_role_or_one_agency_does_not_get_the_file_any_more(accountant: User) -> None:
    second = factories.agency()
    Membership.objects.create(user=accountant, agency=second, role=Role.ACCOUNTANT, valid_during=factories.FOREVER)
    made = export_asked_for(accountant)
    exports_write.work_due()
    client = sign_in(accountant)
    assert client.get(f"/doi-soat/tep/{made.pk}/").status_code == 200
    Membership.objects.filter(user=accountant, agency=second).delete()
    assert client.get(f"/doi-soat/tep/{made.pk}/").status_code == 403
    Membership.objects.filter(user=accountant).delete()
    assert client.get(f"/doi-soat/tep/{made.pk}/").status_code == 403


@pytest.mark.parametrize("lost", ["role", "account"])
def test_the_worker_looks_at_the_right_again(accountant: User, lost: str) -> None:
    two_payments(accountant)
    made = export_asked_for(accountant)
    if lost == "role":
        Membership.objects.filter(user=accountant).delete()
    else:
        User.objects.filter(pk=accountant.pk).update(is_active=False)
    exports_write.work_due()
    made.refresh_from_db()
    assert (made.state, bool(made.file)) == (ExportState.FAILED, False)
    assert "không còn quyền" in made.error


def test_the_file_is_deleted_when_its_day_is_over(accountant: User) -> None:
    made = export_asked_for(accountant)
    exports_write.work_due()
    made.refresh_from_db()
    storage, name = made.file.storage, made.file.name
    assert made.expires_at
    assert timedelta(hours=23) < made.expires_at - timezone.now() <= exports_write.KEPT
    Export.objects.update(expires_at=F("expires_at") - exports_write.KEPT)
    client = sign_in(accountant)
    assert client.get(f"/doi-soat/tep/{made.pk}/").status_code == 404
    exports_write.work_due()
    assert not storage.exists(str(name))
    assert "Đã hết hạn" in said(client.get("/doi-soat/tep/"))
    Export.objects.update(requested_at=timezone.now() - exports_write.REMEMBERED - timedelta(days=1))
    exports_write.forget_expired()
    assert not Export.objects.exists()


def test_a_file_whose_writer_died_is_written_by_the_next_and_given_up_in_the_end(
    accountant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export_asked_for(accountant)

    def dies(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(exports_write, "write", dies)
        exports_write.work_due()
        assert exports_write.work_due() == 0  # somebody holds it: nobody else takes it
        made.refresh_from_db()
        assert made.state == ExportState.WORKING
        for _ in range(exports_write.MOST_ATTEMPTS):
            Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            exports_write.work_due()
    made.refresh_from_db()
    assert made.state == ExportState.FAILED
    again = export_asked_for(accountant)
    assert again.pk != made.pk
    exports_write.work_due()
    again.refresh_from_db()
    assert again.state == ExportState.READY


def test_who_lost_the_hold_on_a_file_leaves_it_to_who_has_it(accountant: User, monkeypatch: pytest.MonkeyPatch) -> None:
    two_payments(accountant)
    made = export_asked_for(accountant)
    write = exports_write.write

    def slow(*args: Any) -> None:
        write(*args)
        Export.objects.update(lease_until=timezone.now() + timedelta(minutes=9))  # another took it over

    monkeypatch.setattr(exports_write, "write", slow)
    exports_write.work_due()
    made.refresh_from_db()
    assert (made.state, bool(made.file)) == (ExportState.WORKING, False)


def test_the_same_file_is_asked_for_once_and_not_too_many_at_a_time(accountant: User) -> None:
    first = export_asked_for(accountant)
    assert export_asked_for(accountant) == first
    for number in range(exports_write.MOST_WAITING - 1):
        export_asked_for(accountant, query=f"q={number}x")
    answer = sign_in(accountant).post("/doi-soat/tao-tep/lan-nop/", {"query": "q=more"}, follow=True)
    assert "đủ tệp chờ tạo" in said(answer)
    assert Export.objects.count() == exports_write.MOST_WAITING
