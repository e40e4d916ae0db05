"""A case that holds only for some answers: late or in time, by size, by class; each answer leads to one case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from procedures import conditions
from procedures.calendar.working_time import WorkingCalendar
from procedures.models import Procedure, ProcedureCase, Question
from tests.support import factories

WEEKDAYS = WorkingCalendar()
BORN = date(2026, 9, 1)  # a Tuesday; sixty days later is Saturday, 31 October


def case(kind: str, at_least: int | None = None, at_most: int | None = None, **values: Any) -> ProcedureCase:
    options = values.pop("options", [])
    question = Question(slug="answer", label="Ngày sinh của trẻ", kind=kind, options=options, procedure_id=1)
    return ProcedureCase(decided_by=question, at_least=at_least, at_most=at_most, procedure_id=1, **values)


@pytest.mark.parametrize(
    ("on", "is_in_time"),
    [
        (BORN, True),
        (date(2026, 10, 31), True),
        (date(2026, 11, 1), True),
        (date(2026, 11, 2), True),  # the last day was a Saturday: the next working day still counts
        (date(2026, 11, 3), False),
    ],
)
def test_sixty_days_after_a_birth_end_on_a_working_day_and_one_case_begins_where_the_other_ends(
    on: date, is_in_time: bool
) -> None:
    answers = {"answer": BORN}
    assert conditions.fits(case("date", at_most=60), answers, on, WEEKDAYS) is is_in_time
    assert conditions.fits(case("date", at_least=61), answers, on, WEEKDAYS) is not is_in_time


@pytest.mark.parametrize(("number", "fitting"), [(1, [0]), (50, [0]), (51, [1]), (100, [1]), (101, [2]), (9000, [2])])
def test_a_number_leads_to_its_band(number: int, fitting: list[int]) -> None:
    bands = [case("number", at_most=50), case("number", 51, 100), case("number", at_least=101)]
    fits = [conditions.fits(band, {"answer": number}, BORN, WEEKDAYS) for band in bands]
    assert [place for place, is_fitting in enumerate(fits) if is_fitting] == fitting


def test_a_choice_leads_to_its_case_and_what_nobody_answered_contradicts_none() -> None:
    small = case("choice", options=["1 sao", "2 sao", "3 sao"], answers=["1 sao", "2 sao"])
    assert conditions.fits(small, {"answer": "2 sao"}, BORN, WEEKDAYS)
    assert not conditions.fits(small, {"answer": "3 sao"}, BORN, WEEKDAYS)
    for nothing in ({}, {"answer": ""}, {"answer": None}, {"another": "3 sao"}):
        assert conditions.fits(small, nothing, BORN, WEEKDAYS)
    assert conditions.fits(ProcedureCase(), {"answer": "3 sao"}, BORN, WEEKDAYS)


def test_a_condition_is_said_in_words() -> None:
    words = {
        case("date", at_most=60).condition,
        case("date", at_least=61).condition,
        case("date", 11, 60).condition,
        case("number", at_most=199).condition,
        case("number", at_least=200).condition,
        case("number", 51, 100).condition,
        case("choice", answers=["1 sao", "2 sao"]).condition,
    }
    assert words == {
        "trong 60 ngày kể từ ngày sinh của trẻ",
        "sau 60 ngày kể từ ngày sinh của trẻ",
        "sau 10 ngày, trong 60 ngày kể từ ngày sinh của trẻ",
        "ngày sinh của trẻ đến 199",
        "ngày sinh của trẻ từ 200",
        "ngày sinh của trẻ từ 51 đến 100",
        "Ngày sinh của trẻ: 1 sao, 2 sao",
    }
    assert ProcedureCase().condition == ""


@pytest.mark.parametrize(
    "wrong",
    [
        case("date"),
        case("date", at_least=0),
        case("text", at_most=5),
        case("date", at_most=60, answers=["60"]),
        case("choice", options=["a", "b"], answers=["c"]),
        case("choice", options=["a", "b"]),
        case("choice", 1, options=["a", "b"], answers=["a"]),
    ],
)
def test_whoever_writes_a_condition_is_told_what_is_wrong_with_it(wrong: ProcedureCase) -> None:
    with pytest.raises(ValidationError) as raised:
        wrong.clean()
    assert list(raised.value.message_dict) == ["decided_by"]


@pytest.mark.django_db
def test_a_question_of_another_procedure_decides_nothing() -> None:
    mine, other = factories.case(), factories.case()
    mine.decided_by = Question.objects.create(procedure=other.procedure, slug="n", label="Số phòng", kind="number")
    mine.at_most = 3
    with pytest.raises(ValidationError, match="thủ tục khác"):
        mine.full_clean()


@pytest.mark.django_db
@pytest.mark.usefixtures("data")
def test_every_answer_that_the_province_asks_for_leads_to_one_case() -> None:
    deciding = ProcedureCase.objects.exclude(decided_by=None).select_related("decided_by")
    assert {case.procedure.code for case in deciding} >= {"1.001193"}
    for procedure in Procedure.objects.filter(cases__in=deciding).distinct():
        rivals = [case for case in deciding if case.procedure_id == procedure.pk]
        question = rivals[0].decided_by
        assert question and {case.decided_by_id for case in rivals} == {question.pk}
        for rival in rivals:
            rival.full_clean()
        answers: list[Any] = list(question.options)
        if question.kind != "choice":
            edges = {edge for case in rivals for edge in (case.at_least, case.at_most) if edge is not None}
            numbers = {number for edge in edges for number in (edge - 1, edge, edge + 1) if number > 0}
            answers = [BORN - timedelta(days=number) if question.kind == "date" else number for number in numbers]
        for answer in answers:
            fitting = [case for case in rivals if conditions.fits(case, {question.slug: answer}, BORN, WEEKDAYS)]
            assert len(fitting) <= 1, (procedure.code, answer)
