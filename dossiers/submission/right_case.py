"""Holds the case somebody chose against what they answered, and leads to the one that is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import Agency
from core.values.closed_names import name_for_reader
from procedures import conditions
from procedures.calendar.days import calendar_from
from procedures.catalogue.calculator import Offer, offer
from procedures.models import ProcedureCase
from procedures.schedules.load import rules_for

#: What the button sends that changes to another case: its slug.
OTHER_CASE = "truong-hop"


def contradiction(
    case: ProcedureCase, answers: Mapping[str, Any], agency: Agency | None
) -> tuple[str, list[Offer]] | None:
    """Return what is wrong with a case today, and the cases these answers lead to with what they cost there.

    None where the answers do not contradict it. `answers` are clean values by the questions' slugs.
    """
    question, today = case.decided_by, timezone.localdate()
    if question is None or answers.get(question.slug) in (None, ""):
        return None
    calendar = calendar_from(today.replace(month=1, day=1))
    if conditions.fits(case, answers, today, calendar):
        return None
    cases = case.procedure.cases.select_related("decided_by")
    others = conditions.others_that_fit(case, cases, answers, today, calendar)
    shown = {
        "answer": name_for_reader(question.answer_text(answers[question.slug])),
        "case": name_for_reader(case.name),
        "condition": case.condition,
    }
    fault = _("%(answer)s không hợp với trường hợp đã chọn: %(case)s (%(condition)s).") % shown
    advice = (
        _("Sửa câu trả lời nếu ghi nhầm; đúng rồi thì bấm nút đổi trường hợp.")
        if others
        else _("Thủ tục này không có trường hợp nào như vậy. Hãy xem lại, hoặc hỏi tại quầy.")
    )
    nothing = QueryDict()
    return f"{fault} {advice}", [offer(each, rules_for(each, today, agency), nothing, today) for each in others]
