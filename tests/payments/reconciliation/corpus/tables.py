"""CSV as it is exported: delimiters, encodings, titles, totals, headings of two languages."""

from __future__ import annotations

import unicodedata

from .case import File

ONE = ("FT1", 150_000, "29/11/2026 10:05:00", "20261129000123")
TWO = ("FT2", 20_000, "29/11/2026 10:06:30", "")
BOTH = (ONE, TWO)
HEAD = "Mã giao dịch;Số tiền;Thời gian giao dịch;Mã thanh toán;Nội dung"
BODY = (
    "FT1;150.000;29/11/2026 10:05:00;20261129000123;NOP PHI",
    "FT2;20.000;29/11/2026 10:06:30;;CHUYEN TIEN",
)
TITLE = (
    "NGÂN HÀNG TMCP CÔNG THƯƠNG VIỆT NAM",
    "SAO KÊ TÀI KHOẢN",
    "Số tài khoản: 113000123456;;Từ ngày 29/11/2026 đến ngày 29/11/2026",
    "",
)
SIDES = "STT;Ngày giao dịch;Số tham chiếu;Diễn giải;Ghi nợ;Ghi có;Số dư"
SIDES_BODY = (
    "1;29/11/2026 10:05:00;FT1;NOP PHI;;150.000;1.150.000",
    "2;29/11/2026 10:06:00;FT9;PHI DICH VU;5.500;;1.144.500",
    "3;29/11/2026 10:06:30;FT2;CHUYEN TIEN;0;20.000;1.164.500",
)
FEE = ("FT9", -5_500, "29/11/2026 10:06:00", "")
SIDES_ROWS = (ONE[:3] + ("",), FEE, TWO)


def text(*lines: str, newline: str = "\n") -> bytes:
    return newline.join((*lines, "")).encode()


def commas(*lines: str) -> bytes:
    """The same cells in quotes, parted by commas."""
    return text(*(",".join(f'"{cell}"' for cell in line.split(";")) for line in lines))


FILES = (
    File("plain", text(HEAD, *BODY), BOTH),
    File("byte order mark", b"\xef\xbb\xbf" + text(HEAD, *BODY), BOTH),
    File("lines of Windows", text(HEAD, *BODY, newline="\r\n"), BOTH),
    File("commas and quotes", commas(HEAD, *BODY), BOTH),
    File("tabs", text(*(line.replace(";", "\t") for line in (HEAD, *BODY))), BOTH),
    File("UTF-16 of Excel", text(HEAD, *BODY).decode().encode("utf-16"), BOTH),
    File("sep= of Excel", text("sep=;", HEAD, *BODY), BOTH),
    File("sep= that is unusual", text("sep=|", *(line.replace(";", "|") for line in (HEAD, *BODY))), BOTH),
    File("no newline at the end", text(HEAD, *BODY).rstrip(b"\n"), BOTH),
    File("empty lines", text("", HEAD, "", BODY[0], ";;;;", BODY[1], ""), BOTH),
    File("title above the heading", text(*TITLE, HEAD, *BODY), BOTH, account="113000123456"),
    File("title of many lines", text(*(f"Dòng {n}: thông tin" for n in range(40)), HEAD, *BODY), BOTH),
    File("heading in NFD", text(unicodedata.normalize("NFD", HEAD), *BODY), BOTH),
    File("heading in capitals", text(HEAD.upper(), *BODY), BOTH),
    File("heading without marks", text("Ma giao dich;So tien;Thoi gian giao dich;Ma thanh toan;Noi dung", *BODY), BOTH),
    File(
        "heading of two languages",
        text(
            "Mã giao dịch/ Transaction ID;Số tiền (Amount);Thời gian giao dịch / Time;Mã thanh toán|Code;Nội dung",
            *BODY,
        ),
        BOTH,
    ),
    File(
        "heading of two languages in two lines of a cell",
        b'"M\xc3\xa3 giao d\xe1\xbb\x8bch\nReference";"S\xe1\xbb\x91 ti\xe1\xbb\x81n\nAmount";"Ng\xc3\xa0y giao '
        b'd\xe1\xbb\x8bch\nDate";"Code"\nFT1;150000;29/11/2026 10:05:00;20261129000123\n',
        (ONE,),
    ),
    File(
        "heading in English",
        text("Date;Ref No.;Credit Amount (VND);Remarks", "29/11/2026;FT1;150,000;NOP PHI"),
        (("FT1", 150_000, "29/11/2026 00:00:00", ""),),
    ),
    File("debit and credit columns", text(*TITLE, SIDES, *SIDES_BODY), SIDES_ROWS),
    File("debit and credit with their total", text(SIDES, *SIDES_BODY, "Tổng cộng;;;;5.500;170.000;"), SIDES_ROWS),
    File("a dash where nothing stands", text(SIDES, *(line.replace(";;", ";-;") for line in SIDES_BODY)), SIDES_ROWS),
    File(
        "heading of two lines",
        text("STT;Ngày giao dịch;Số tham chiếu;Phát sinh;;Số dư", ";;;Nợ;Có;", "1;29/11/2026 10:05:00;FT1;;150.000;0"),
        (ONE[:3] + ("",),),
    ),
    File(
        "a column that says debit or credit",
        text("Ref;Amount;Date;D/C", "FT1;150000;29/11/2026 10:05:00;C", "FT9;5500;29/11/2026 10:06:00;D"),
        (ONE[:3] + ("",), FEE),
    ),
    File(
        "debits as banks write them",
        text(SIDES, *(line.replace("5.500", debit, 1) for line in SIDES_BODY[:2] for debit in ("(5.500)",))),
        SIDES_ROWS[:2],
    ),
    File("a debit below zero", text(SIDES, SIDES_BODY[1].replace("5.500", "-5.500", 1)), (FEE,)),
    File("a debit without a number", text(SIDES, SIDES_BODY[1].replace("FT9", "")), (("", *FEE[1:]),)),
    File("a debit of zero beside a credit", text(SIDES, SIDES_BODY[2]), (TWO,)),
    File(
        "an account named above the table",
        text("Ngân hàng;Vietcombank", "Số tài khoản;0123 456 789 012", "", HEAD, *BODY),
        BOTH,
        account="0123456789012",
    ),
    File(
        "two accounts named above the table",
        text("Số tài khoản: 0123456789012", "Tài khoản số 0999999999999", HEAD, *BODY),
        BOTH,
        account="",
    ),
    File(
        "an account of a column goes before that of the title",
        text("Số tài khoản / Account No.: 0123456789012 (VND)", "Ref;Amount;Date;Account", "FT1;150000;29/11/2026;22"),
        (("FT1", 150_000, "29/11/2026 00:00:00", ""),),
        account="22",
    ),
    File(
        "an amount below zero takes a credit back",
        text(HEAD, BODY[0], "FT2;-5.000;29/11/2026;;", "Tổng cộng;145.000;;;"),
        (ONE, ("FT2", -5_000, "29/11/2026 00:00:00", "")),
    ),
    File("total at the end", text(HEAD, *BODY, "Tổng cộng;170.000;;;"), BOTH),
    File(
        "signatures below the total",
        text(HEAD, *BODY, "Tổng cộng;170.000;;;", "", "Ngày in: 30/11/2026;;Người lập"),
        BOTH,
    ),
    File("signatures without a total", text(HEAD, *BODY, "Người lập biểu;;Kiểm soát", "In ngày 30/11/2026"), BOTH),
    File(
        "balances around the rows", text(HEAD, "Số dư đầu kỳ;1.000.000;;;", *BODY, "Số dư cuối kỳ;1.170.000;;;"), BOTH
    ),
    File("heading again on each page", text(HEAD, BODY[0], HEAD, BODY[1]), BOTH),
    File(
        "day and time in two columns",
        text("Ngày giao dịch;Giờ;Số tham chiếu;Ghi có", "29/11/2026;10:05:00;FT1;150000"),
        (ONE[:3] + ("",),),
    ),
    File("time of ISO with a zone", text(HEAD, "FT1;150000;2026-11-29T03:05:00Z;20261129000123;"), (ONE,)),
    File("time of ISO with an offset", text(HEAD, "FT1;150000;2026-11-29T10:05:00.250+07:00;20261129000123;"), (ONE,)),
    File("time of ISO without a zone", text(HEAD, "FT1;150000;2026-11-29 10:05:00;20261129000123;"), (ONE,)),
    File("time in digits to the minute", text(HEAD, "FT1;150000;202611291005;20261129000123;"), (ONE,)),
    File("time in digits to the second", text(HEAD, "FT1;150000;20261129100500;20261129000123;"), (ONE,)),
    File(
        "morning and afternoon",
        text(HEAD, "FT1;150000;29/11/2026 10:05:00 SA;20261129000123;", "FT2;20000;29-11-2026 11:30:00 PM;;"),
        (ONE, ("FT2", 20_000, "29/11/2026 23:30:00", "")),
    ),
    File("time before the day", text(HEAD, "FT1;150000;10:05:00 29/11/2026;20261129000123;"), (ONE,)),
    File(
        "day and month of one digit",
        text(HEAD, "FT1;150000;5/9/2026 8:03;;"),
        (("FT1", 150_000, "05/09/2026 08:03:00", ""),),
    ),
    File(
        "amounts in every grouping",
        text(
            HEAD,
            *(
                f"A{n};{amount};29/11/2026;;"
                for n, amount in enumerate(
                    (
                        "1.234.567",
                        "1,234,567",
                        "1 234 567",
                        "1234567",
                        "1.234.567,00",
                        "1,234,567.00",
                        "+1.234.567",
                        "1.234.567 VND",
                        "1.234.567đ",
                    )
                )
            ),
        ),
        tuple((f"A{n}", 1_234_567, "29/11/2026 00:00:00", "") for n in range(9)),
    ),
    File(
        "reference kept as text",
        text(HEAD, '"=""000123""";150000;29/11/2026;;', "'000124;150000;29/11/2026;;"),
        (("000123", 150_000, "29/11/2026 00:00:00", ""), ("000124", 150_000, "29/11/2026 00:00:00", "")),
    ),
    File(
        "columns of the contract",
        text("Số phiếu;Thành tiền;Lúc", "FT1;150000;29/11/2026 10:05:00"),
        (ONE[:3] + ("",),),
        column_map={"reference": "Số phiếu", "amount": "Thành tiền", "time": "Lúc"},
    ),
    File(
        "đồng named in each line",
        text("Ref;Amount;Date;Currency", "FT1;150000;29/11/2026 10:05:00;vnđ"),
        (ONE[:3] + ("",),),
    ),
)
