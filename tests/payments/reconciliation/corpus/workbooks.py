"""Excel as people keep it: numbers with formats, a cover sheet, days as days, cells a formula left empty."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from .case import File

HEAD = ("Mã giao dịch", "Số tiền", "Thời gian giao dịch", "Mã thanh toán")
AT = datetime(2026, 11, 29, 10, 5)  # noqa: DTZ001 - cells of Excel have no zone
TIME = "29/11/2026 10:05:00"
#: Written once with xlwt: a number under the format 000000000000, days as days, a debit, a total.
XLS = Path(__file__).with_name("statement.xls")


def book(*rows: Sequence[Any], cover: bool = False, formats: dict[str, str] | None = None, **more: Any) -> bytes:
    """A workbook of one table; `formats` are number formats by cell, `more` further sheets by title."""
    made = openpyxl.Workbook()
    sheet = made.active
    if cover:
        sheet.title = "Bìa"
        sheet.append(["SAO KÊ TÀI KHOẢN", None, "Tháng 11"])
        sheet = made.create_sheet("Chi tiết")
    for row in rows:
        sheet.append(list(row))
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    for title, lines in more.items():
        other = made.create_sheet(title)
        for line in lines:
            other.append(list(line))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def hidden(*rows: Sequence[Any]) -> bytes:
    """A table, and the table of last month in a hidden sheet."""
    made = openpyxl.load_workbook(io.BytesIO(book(*rows, Nháp=[HEAD, ("OLD", 1, AT, "")])))
    made["Nháp"].sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


FILES = (
    File(
        "text and numbers",
        book(HEAD, ("FT1", 150_000, AT, "20261129000123")),
        (("FT1", 150_000, TIME, "20261129000123"),),
    ),
    File(
        "a number is the reference",
        book(HEAD, (123456789012345, 150_000, AT, "")),
        (("123456789012345", 150_000, TIME, ""),),
    ),
    File(
        "a format of zeros",
        book(HEAD, (789012345, 150_000, AT, 29000123), formats={"A2": "000000000000", "D2": "0" * 14}),
        (("000789012345", 150_000, TIME, "00000029000123"),),
    ),
    File(
        "a format of zeros with blanks",
        book(HEAD, (789012345, 150_000, AT, ""), formats={"A2": "000\\ 000\\ 000\\ 000"}),
        (("000789012345", 150_000, TIME, ""),),
    ),
    File(
        "an exponent that is only shown",
        book(HEAD, (123456789012345, 150_000, AT, ""), formats={"A2": "0.00E+00"}),
        (("123456789012345", 150_000, TIME, ""),),
    ),
    File("a fraction of nothing", book(HEAD, ("FT1", 150_000.0, AT, "")), (("FT1", 150_000, TIME, ""),)),
    File("amounts as text", book(HEAD, ("FT1", "150.000", "29/11/2026 10:05", "")), (("FT1", 150_000, TIME, ""),)),
    File("a cover sheet", book(HEAD, ("FT1", 150_000, AT, ""), cover=True), (("FT1", 150_000, TIME, ""),)),
    File(
        "titles, a debit and a total",
        book(
            ("NGÂN HÀNG A",),
            ("Sao kê", None, "29/11/2026"),
            (),
            ("STT", "Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có"),
            (1, AT, "FT1", None, 150_000),
            (2, AT, "FT9", 5_500, None),
            ("Tổng cộng", None, None, 5_500, 150_000),
            ("Người lập", None, "Kiểm soát"),
        ),
        (("FT1", 150_000, TIME, ""), ("FT9", -5_500, TIME, "")),
    ),
    File(
        "an account as a number above the table",
        book(("Số tài khoản", 113000123456), HEAD, ("FT1", 150_000, AT, "")),
        (("FT1", 150_000, TIME, ""),),
        account="113000123456",
    ),
    File("a hidden sheet", hidden(HEAD, ("FT1", 150_000, AT, "")), (("FT1", 150_000, TIME, ""),)),
    File(
        "Excel 97",
        XLS.read_bytes(),
        (("000789012345", 150_000, TIME, "20261129000123"), ("FT9", -5_500, TIME, ""), ("FT2", 20_000, TIME, "")),
    ),
    File(
        "more digits than Excel keeps",
        book(HEAD, (123456789012345678, 150_000, AT, "")),
        refused="Dòng 2, cột A.*bảng tính",
    ),
    File(
        "the same as a fraction", book(HEAD, (1.23456789012345e17, 150_000, AT, "")), refused="Dòng 2, cột A.*bảng tính"
    ),
    File("a day is the reference", book(HEAD, (AT, 150_000, AT, "")), refused="Dòng 2, cột A.*bảng tính"),
    File("a formula nobody computed", book(HEAD, ("FT1", "=1+1", AT, "")), refused="Dòng 2, cột B.*số tiền"),
    File("half a đồng", book(HEAD, ("FT1", 150_000.5, AT, "")), refused="Dòng 2, cột B.*số tiền"),
    File("a day without its format", book(HEAD, ("FT1", 150_000, 46355.42, "")), refused="Dòng 2, cột C.*thời gian"),
    File(
        "two tables", book(HEAD, ("FT1", 150_000, AT, ""), Hai=[HEAD, ("FT2", 1, AT, "")]), refused="nhiều trang tính"
    ),
    File("no table", book(("Kính gửi", "quý khách", "hàng")), refused="Không có dòng nào là tiêu đề"),
    File("no sheet has anything", book(), refused="trống"),
)
