"""Finds the heading of a table: which line names the columns, in whatever words, language and spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.values.text import fold, plain
from payments.errors import StatementRefused

#: Our name for a column → the names banks give it, the surer ones first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "reference": (
        "reference", "ref", "mã giao dịch", "số tham chiếu", "mã tham chiếu", "số giao dịch", "transaction id",
        "số bút toán", "số ct", "số chứng từ", "mã gd", "số gd", "ref no", "reference no", "reference number",
        "transaction no", "transaction number", "trans id", "doc no", "bank reference", "số ref", "mã bút toán",
    ),
    "amount": (
        "credit", "credit amount", "ghi có", "phát sinh có", "số tiền ghi có", "số tiền có", "ps có", "tiền vào",
        "money in", "có", "amount", "số tiền", "số tiền giao dịch", "transaction amount",
    ),
    "time": (
        "ngày giờ giao dịch", "thời gian giao dịch", "ngày giờ", "transaction date", "ngày giao dịch", "ngày gd",
        "trans date", "txn date", "tnx date", "date time", "datetime", "date", "ngày hạch toán", "ngày ghi sổ",
        "posting date", "booking date", "time", "thời gian", "transaction time", "ngày", "ngày hiệu lực",
        "value date",
    ),
    "debit": (
        "debit", "debit amount", "ghi nợ", "phát sinh nợ", "số tiền ghi nợ", "số tiền nợ", "ps nợ", "tiền ra",
        "money out", "withdrawal", "nợ",
    ),
    "direction": ("c d", "d c", "dr cr", "cr dr", "nợ có", "ghi nợ ghi có", "loại phát sinh", "loại bút toán"),
    "clock": ("giờ", "giờ giao dịch", "giờ gd", "time", "thời gian", "transaction time"),
    "code": (
        "code", "mã thanh toán", "mã khách hàng", "mã đơn hàng", "order id", "mã kh", "customer code", "bill code",
    ),
    "account": ("account", "tài khoản", "số tài khoản", "account no", "account number", "số tk",
        "tài khoản nhận", "số tài khoản nhận"),
    "currency": ("currency", "loại tiền", "ccy", "tiền tệ", "loại tiền tệ", "đơn vị tiền tệ"),
    "description": (
        "description", "nội dung", "diễn giải", "nội dung giao dịch", "remark", "remarks", "nội dung chuyển khoản",
        "nội dung thanh toán", "chi tiết giao dịch", "mô tả", "transaction description", "transaction detail",
        "transaction details", "details", "narrative", "transaction remarks",
    ),
}  # fmt: skip
REQUIRED = ("reference", "amount", "time")
#: How people call the columns.
LABELS = {
    "reference": gettext_lazy("mã giao dịch"),
    "amount": gettext_lazy("số tiền"),
    "time": gettext_lazy("thời gian"),
    "clock": gettext_lazy("giờ, nếu ở cột riêng"),
    "debit": gettext_lazy("số tiền ghi nợ"),
    "direction": gettext_lazy("loại phát sinh (ghi nợ hay ghi có)"),
    "code": gettext_lazy("mã thanh toán"),
    "description": gettext_lazy("nội dung chuyển khoản"),
    "account": gettext_lazy("tài khoản nhận"),
    "currency": gettext_lazy("loại tiền"),
}
#: The heading stands in one of the first lines: above it are the bank's name, the account, the days.
SEARCHED_LINES = 60
_UNITS = re.compile(r"(?: (?:vnd|dong))+$")
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """Where each column of ours stands, and what the bank calls it there; whose account the lines above it name."""

    line: int
    positions: Mapping[str, int]
    names: Sequence[str]
    account: str = ""

    def label(self, column: str) -> str:
        """Return how to find a column in the file: its letter and its name."""
        position = self.positions.get(column)
        if position is None:
            return ""
        name = " ".join(self.names[position].split()) if position < len(self.names) else ""
        return f"{letter(position)} “{name}”"


def letter(position: int) -> str:
    """Return the letter a spreadsheet shows above the column."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """Return a name as it is compared: no case, marks, signs, unit."""
    return _UNITS.sub("", " ".join(re.sub(r"[^0-9a-z]+", " ", fold(plain(name))).split()))


#: How a title names the account, beside how a column does; and its number, grouped or not.
_ACCOUNTS = frozenset(map(normal, (*COLUMNS["account"], "tài khoản số", "stk", "account no.", "số tài khoản vnd")))
_ACCOUNT = re.compile(r"(?:[0-9][ .-]?){6,20}(?![0-9A-Za-z])")


def _spellings(cell: str) -> set[str]:
    """The whole name, and each of the two languages of a bilingual one."""
    parts = re.split(r"[/\n|()\[\]–]| - ", cell)
    return {spelling for text in (cell, *parts) if (spelling := normal(text))}


def find(lines: Iterator[Line], column_map: Mapping[str, str]) -> tuple[Heading | None, Heading | None, Iterator[Line]]:
    """Return the heading, else the line most like one, and the lines that follow (or all, without a heading)."""
    start = list(islice(lines, SEARCHED_LINES))
    nearest: Heading | None = None
    for place, (number, cells) in enumerate(start):
        if sum(1 for cell in cells if cell.strip()) < len(REQUIRED):
            continue
        following = start[place + 1][1] if place + 1 < len(start) else []
        for depth, names in enumerate((cells, _joined(cells, following)), start=1):
            heading = Heading(number, positions(names, column_map), names)
            if all(column in heading.positions for column in (*REQUIRED, *column_map)):
                heading = replace(heading, account=_account_above(cells for _number, cells in start[:place]))
                return heading, heading, chain(start[place + depth :], lines)
            if nearest is None or len(heading.positions) > len(nearest.positions):
                nearest = heading
    return None, nearest, chain(start, lines)


def _account_above(lines: Iterable[Sequence[str]]) -> str:
    """Return the account a title names, the digits alone; "" where it names none, or several."""
    numbers = set()
    for cells in lines:
        filled = [cell for cell in map(plain, cells) if cell.strip()]
        for place, cell in enumerate(filled):
            name, value = re.fullmatch(r"([^0-9]*)(.*)", cell, re.DOTALL).groups()  # type: ignore[union-attr]
            if _spellings(name) & _ACCOUNTS:
                value = value or "".join(filled[place + 1 : place + 2])
                if number := _ACCOUNT.match(value.lstrip("'\"= ")):
                    numbers.add(re.sub(r"[^0-9]", "", number[0]))
    return numbers.pop() if len(numbers) == 1 else ""


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two lines of headings as one: “Phát sinh” above “Nợ” and “Có”."""
    if any(any(letter.isdigit() for letter in cell) for cell in lower):
        return list(upper)
    joined, above = [], ""
    for place in range(max(len(upper), len(lower))):
        own = upper[place].strip() if place < len(upper) else ""
        below = lower[place].strip() if place < len(lower) else ""
        above = own or (above if below else "")
        joined.append(f"{above} {below}".strip() if below else own)
    return joined


def positions(names: Sequence[str], column_map: Mapping[str, str]) -> dict[str, int]:
    """Return where each column stands. `column_map` decides where it names one; its names must be there as they are."""
    spelled = [_spellings(name) for name in names]
    placed: dict[str, int] = {}
    for column, usual in COLUMNS.items():
        is_mapped = column in column_map
        for name in (column_map[column],) if is_mapped else usual:
            wanted = normal(name)
            places = [place for place, spellings in enumerate(spelled) if wanted in spellings]
            free = [place for place in places if place not in placed.values()]
            if free:
                placed[column] = free[0]
                break
    return placed


def missing(nearest: Heading | None, column_map: Mapping[str, str]) -> StatementRefused:
    """Return the refusal of a file without a heading: what it must name, and which line came nearest."""
    has = nearest.positions if nearest else {}
    lacking = [str(LABELS[column]) for column in REQUIRED if column not in has]
    lacking += [f"“{name}”" for column, name in column_map.items() if column not in has and column not in REQUIRED]
    if nearest and any(column in has for column in REQUIRED):
        text = _("Dòng %(line)s giống dòng tiêu đề nhưng thiếu cột: %(columns)s. Tên cột đặt ở trang của sao kê này.")
        return StatementRefused(text % {"line": nearest.line, "columns": ", ".join(lacking)})
    text = _("Không có dòng nào là tiêu đề bảng. Cần ít nhất các cột: %(columns)s.")
    return StatementRefused(text % {"columns": ", ".join(lacking)})


def with_text(lines: Iterable[Line]) -> Iterator[Line]:
    """Leave out lines where nothing stands."""
    return (line for line in lines if any(cell.strip() for cell in line[1]))
