"""Which case an answer leads to: late or in time, by size, by class.

A case may hold only for some answers to one question of its procedure. What people say of themselves by choosing a
case is then held against what they answered, so that nobody pays for the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.values.closed_names import name_for_reader

from .calendar.working_time import WorkingCalendar

if TYPE_CHECKING:
    from .models import ProcedureCase

#: Kinds of questions a case may depend on, as `models.questions.QuestionKind` names them.
_COUNTED, _CHOSEN = ("date", "number"), "choice"


def fits(case: ProcedureCase, answers: Mapping[str, Any], on: date, calendar: WorkingCalendar) -> bool:
    """Tell whether a case may be handed in on a day with these answers (question's slug → clean value).

    What was not answered contradicts nothing. A time that runs out on a day off runs out on the next working day
    (Bộ luật Dân sự, Điều 148).
    """
    question = case.decided_by
    answer = answers.get(question.slug) if question else None
    if question is None or answer in (None, ""):
        return True
    if question.kind == _CHOSEN:
        return answer in case.answers
    if isinstance(answer, date):
        is_begun = case.at_least is None or on > _last_day(answer, case.at_least - 1, calendar)
        return is_begun and (case.at_most is None or on <= _last_day(answer, case.at_most, calendar))
    return (case.at_least is None or answer >= case.at_least) and (case.at_most is None or answer <= case.at_most)


def _last_day(since: date, days: int, calendar: WorkingCalendar) -> date:
    return calendar.next_working_day(since + timedelta(days=days))


def others_that_fit(
    case: ProcedureCase, cases: Iterable[ProcedureCase], answers: Mapping[str, Any], on: date, calendar: WorkingCalendar
) -> list[ProcedureCase]:
    """Return the cases of the procedure that the answers lead to where they contradict the one chosen."""
    rivals = (each for each in cases if each != case and each.decided_by_id == case.decided_by_id)
    return [each for each in rivals if fits(each, answers, on, calendar)]


def in_words(case: ProcedureCase) -> str:
    """Say for whom a case is: "trong 60 ngày kể từ ngày sinh của trẻ"."""
    question = case.decided_by
    if question is None:
        return ""
    label = question.display_label
    if question.kind == _CHOSEN:
        return f"{label}: {', '.join(map(name_for_reader, case.answers))}"
    least, most = case.at_least, case.at_most
    shown = {"question": label[:1].lower() + label[1:], "least": least, "most": most}
    if question.kind == "date":
        shown["least"] = None if least is None else least - 1
        if least is None:
            return _("trong %(most)d ngày kể từ %(question)s") % shown
        if most is None:
            return _("sau %(least)d ngày kể từ %(question)s") % shown
        return _("sau %(least)d ngày, trong %(most)d ngày kể từ %(question)s") % shown
    if least is None:
        return _("%(question)s đến %(most)d") % shown
    if most is None:
        return _("%(question)s từ %(least)d") % shown
    return _("%(question)s từ %(least)d đến %(most)d") % shown


def fault_of(case: ProcedureCase) -> str:
    """Return what is wrong with a case's condition, for whoever writes it; "" where nothing is."""
    question = case.decided_by
    if question is None:
        return ""
    is_bounded = case.at_least is not None or case.at_most is not None
    if question.procedure_id != case.procedure_id:
        return _("Câu hỏi này là của thủ tục khác.")
    if question.kind == _CHOSEN:
        is_right = bool(case.answers) and set(case.answers) <= set(question.options) and not is_bounded
        return "" if is_right else _("Ghi những lựa chọn của câu hỏi này, không ghi số.")
    if question.kind not in _COUNTED or question.day_lies == "future":
        return _("Chỉ dùng câu hỏi kiểu Số, Ngày đã qua hoặc Chọn một.")
    is_right = is_bounded and not case.answers and case.at_least != 0
    return "" if is_right else _("Ghi từ số nào, đến số nào; không ghi lựa chọn.")
