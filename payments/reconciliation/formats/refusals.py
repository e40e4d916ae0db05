"""Why a file is refused, in words an accountant can act on: the line, the column, what stands there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from payments.errors import StatementRefused

#: So much of what stands in a cell is repeated.
_SHOWN = 60


def at(line: int, column: str, why: str) -> StatementRefused:
    """Return the refusal of one cell. `column` is empty where the format has none."""
    place = _("Dòng %(line)s, cột %(column)s") if column else _("Dòng %(line)s")
    place %= {"line": line, "column": column}
    return StatementRefused(_("%(place)s: %(why)s Không dòng nào được ghi.") % {"place": place, "why": why})


def unreadable(line: int, column: str, what: str, text: str) -> StatementRefused:
    """Return the refusal of a text that is not what it should be: “số tiền”, “thời gian”."""
    return at(line, column, _("không hiểu %(what)s “%(text)s”.") % {"what": what, "text": text[:_SHOWN]})


def mangled(line: int, column: str, what: str, text: str) -> StatementRefused:
    """Return the refusal of a number that a spreadsheet has rewritten: nobody can know what it was."""
    why = _("%(what)s “%(text)s” đã bị bảng tính đổi thành số hoặc ngày; định dạng cột là Văn bản rồi xuất lại.")
    return at(line, column, why % {"what": what, "text": text[:_SHOWN]})
