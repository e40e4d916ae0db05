"""Files that must be refused, each with the words that say why, where and in which column."""

from __future__ import annotations

from .case import File
from .tables import BODY, HEAD, SIDES, TITLE, text


def row(cells: str) -> bytes:
    """A table of which the third line is wrong."""
    return text(HEAD, BODY[0], cells)


FILES = (
    File("nothing", b"", refused="trống"),
    File("blank lines", b"\n\n;;\n", refused="trống|tiêu đề"),
    File(
        "power of ten",
        row("1,23457E+14;20.000;29/11/2026;;"),
        refused="Dòng 3, cột A “Mã giao dịch”.*1,23457E\\+14.*bảng tính",
    ),
    File("power of ten with a dot", row("1.23457E+14;20.000;29/11/2026;;"), refused="Dòng 3, cột A.*bảng tính"),
    File(
        "power of ten in the code", row("FT2;20.000;29/11/2026;2,02611E+13;"), refused="Dòng 3, cột D “Mã thanh toán”"
    ),
    File("a reference become a day", row("29/11/2026;20.000;29/11/2026;;"), refused="Dòng 3, cột A.*bảng tính"),
    File("a reference become a month", row("Nov-26;20.000;29/11/2026;;"), refused="Dòng 3, cột A.*bảng tính"),
    File("a reference become an error", row("#N/A;20.000;29/11/2026;;"), refused="Dòng 3, cột A.*bảng tính"),
    File("a reference become signs", row("#########;20.000;29/11/2026;;"), refused="Dòng 3, cột A.*bảng tính"),
    File(
        "a reference of more digits than are kept", row("1234567890123450.0;20.000;29/11/2026;;"), refused="bảng tính"
    ),
    File("no reference", row(";20.000;29/11/2026;;"), refused="Dòng 3, cột A “Mã giao dịch”: thiếu mã giao dịch"),
    File("a reference without end", row(f"{'9' * 65};20.000;29/11/2026;;"), refused="Dòng 3.*dài hơn 64"),
    File(
        "power of ten in the amount",
        row("FT2;1.2E+06;29/11/2026;;"),
        refused="Dòng 3, cột B “Số tiền”.*số tiền “1.2E\\+06”",
    ),
    File("an amount with a fraction", row("FT2;150,5;29/11/2026;;"), refused="Dòng 3, cột B.*số tiền"),
    File("an amount grouped wrongly", row("FT2;1.23.456;29/11/2026;;"), refused="Dòng 3, cột B.*số tiền"),
    File("an amount twice below zero", row("FT2;--5000;29/11/2026;;"), refused="Dòng 3, cột B.*số tiền"),
    File("an amount of zero", row("FT2;0;29/11/2026;;"), refused="Dòng 3, cột B.*số tiền"),
    File("an amount in words", row("FT2;hai mươi nghìn;29/11/2026;;"), refused="Dòng 3, cột B.*số tiền"),
    File(
        "time without its minute",
        row("FT2;20.000;2026112910;;"),
        refused="Dòng 3, cột C “Thời gian giao dịch”.*thời gian",
    ),
    File("time with eleven digits", row("FT2;20.000;20261129100;;"), refused="Dòng 3, cột C.*thời gian"),
    File("time with thirteen digits", row("FT2;20.000;2026112910050;;"), refused="Dòng 3, cột C.*thời gian"),
    File("a day that is none", row("FT2;20.000;31/02/2026;;"), refused="Dòng 3, cột C.*thời gian"),
    File("the American order", row("FT2;20.000;11/29/2026 10:05:00;;"), refused="Dòng 3, cột C.*thời gian"),
    File("a year of two digits", row("FT2;20.000;29/11/26;;"), refused="Dòng 3, cột C.*thời gian"),
    File("a serial day of Excel", row("FT2;20.000;46355.42;;"), refused="Dòng 3, cột C.*thời gian"),
    File("no time", row("FT2;20.000;;;"), refused="Dòng 3, cột C.*thời gian"),
    File(
        "a dollar",
        text("Ref;Amount;Date;Currency", "FT1;150;29/11/2026;USD"),
        refused="Dòng 2: loại tiền là USD.*150 USD",
    ),
    File(
        "both debit and credit",
        text(SIDES, "1;29/11/2026;FT1;x;5.500;150.000;0"),
        refused="Dòng 2.*vừa ghi nợ vừa ghi có",
    ),
    File("neither debit nor credit", text(SIDES, "1;29/11/2026;FT1;x;;;0"), refused="Dòng 2.*số tiền"),
    File(
        "a total that is not the sum",
        text(HEAD, *BODY, "Tổng cộng;190.000;;;"),
        refused="Dòng 4, cột B.*190.000.*170.000",
    ),
    File("an unknown side", text("Ref;Amount;Date;D/C", "FT1;150000;29/11/2026;X"), refused="Dòng 2, cột D.*“X”"),
    File(
        "a column is missing",
        text(*TITLE, "Mã giao dịch;Thời gian giao dịch;Nội dung", "FT1;29/11/2026;x"),
        refused="Dòng 5 giống dòng tiêu đề nhưng thiếu cột: số tiền",
    ),
    File(
        "a column of the contract is missing",
        text(HEAD, *BODY),
        refused="thiếu cột: số tiền",
        column_map={"amount": "Thành tiền"},
    ),
    File(
        "no heading at all",
        text("FT1;150000;29/11/2026", "FT2;20000;29/11/2026"),
        refused="Không có dòng nào là tiêu đề",
    ),
    File("a page of the web", b"<html><table><tr><td>Ref</td></tr></table></html>", refused="trang web"),
    File("bytes of nothing", b"\xff\x00\x01", refused="UTF-8"),
    File("a letter of an old encoding", text(HEAD).replace("ã".encode(), b"\xe3"), refused="UTF-8"),
    File("an archive that is none", b"PK\x03\x04 not a zip", refused="Excel"),
    File("an .xls that is none", b"\xd0\xcf\x11\xe0 not a workbook", refused="Excel"),
)
