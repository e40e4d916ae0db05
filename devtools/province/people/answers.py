"""What people answer to a procedure's own questions, as they type it and as the dossier keeps it.

A question is a row that somebody may add: its kind says what an answer looks like, its name (`slug`) what it is about
where we know such questions; of any other a sentence says that the papers tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from core.values.documents import Document, DocumentKind
from core.values.form_fields import COUNTRY, KIND
from dossiers.submission.forms import QUESTION
from procedures.models import ProcedureCase, Question, QuestionKind
from procedures.models.questions import DayLies

from . import names, persons
from .persons import Owner

#: Of ten people who may leave a question out, so many answer it.
_ANSWERED = 0.7
#: Days off that may stand between the last day of a time and the next working day.
_DAYS_OFF = 12
_HOSPITALS = (
    "Bệnh viện Đa khoa tỉnh Phú Thọ",
    "Bệnh viện Sản Nhi tỉnh Phú Thọ",
    "Bệnh viện Đa khoa khu vực Phú Thọ",
    "Trung tâm Y tế khu vực Thanh Sơn",
)
_PURPOSES = ("Xin việc làm", "Đi xuất khẩu lao động", "Du học", "Bổ sung hồ sơ cá nhân", "Kết hôn với người nước ngoài")
_IN_PAPERS = "Như trong giấy tờ gửi kèm"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, where and when, for which case: some answers are those of one case only."""

    owner: Owner
    commune: str
    day: date
    case: ProcedureCase


@dataclass(frozen=True, slots=True)
class Given:
    """Answers: `typed` by the names of the form's fields, as a browser sends them, `said` as a dossier keeps them."""

    typed: dict[str, list[str]]
    said: list[list[str]]


def give(questions: Iterable[Question], asked: Asked, rng: Random) -> Given:
    """Answer the questions; who need not answer one may leave it out."""
    given = Given({}, [])
    is_girl = rng.random() < 0.5
    for question in questions:
        name = QUESTION + question.slug
        if not question.is_required and rng.random() >= _ANSWERED:
            given.typed[name] = [""]
            continue
        value = _ANSWERS[QuestionKind(question.kind)](question, asked, rng, is_girl)
        text = question.answer_text(value)
        given.said.append([question.label, text])
        if isinstance(value, Document):
            paper = {name + KIND: [str(value.kind)], name: [value.number], name + COUNTRY: [value.country]}
            given.typed.update(paper)
        else:
            given.typed[name] = [text]
    return given


def _text(question: Question, asked: Asked, rng: Random, is_girl: bool) -> str:
    owner, slug = asked.owner, question.slug
    match slug:
        case "child_name":
            return f"{owner.name.split()[0]} {_person(rng, is_woman=is_girl).split(maxsplit=1)[1]}"
        case "mother_name" | "father_name":
            is_woman = slug == "mother_name"
            is_own = _is_woman(owner) == is_woman and asked.day.year - _born(owner) < 46
            return owner.name if is_own else _person(rng, is_woman=is_woman)
        case "partner_name":
            return _person(rng, is_woman=not _is_woman(owner))
        case "born_at":
            return rng.choice(_HOSPITALS) if rng.random() < 0.8 else f"{asked.commune}, tỉnh Phú Thọ"
        case "registered_at":
            return f"{asked.commune}, tỉnh Phú Thọ"
        case "purpose":
            return rng.choice(_PURPOSES)
        case _:
            return _person(rng, is_woman=is_girl) if slug.endswith("name") else _IN_PAPERS


def _day(question: Question, asked: Asked, rng: Random, is_girl: bool) -> date:
    if question.day_lies == DayLies.FUTURE:
        return asked.day + timedelta(days=rng.randint(3, 90))
    if decides := _bounds(question, asked.case):
        least, most = decides
        # Who has a time comes in the first half of it; who is late, surely so.
        ago = (
            rng.randint(least + _DAYS_OFF, least + 2000) if most is None else rng.randint(least, max(least, most // 2))
        )
        return asked.day - timedelta(days=ago)
    return asked.day - timedelta(days=rng.randint(1, 12_000))


def _choice(question: Question, asked: Asked, rng: Random, is_girl: bool) -> str:
    if question.slug == "sex":
        return question.options[is_girl]
    if asked.case.answers and question.pk == asked.case.decided_by_id:
        return rng.choice(asked.case.answers)
    return question.options[0] if rng.random() < 0.7 else rng.choice(question.options)


def _number(question: Question, asked: Asked, rng: Random, is_girl: bool) -> int:
    if decides := _bounds(question, asked.case):
        least, most = decides
        return rng.randint(least, 2 * least if most is None else most)
    return rng.choice((1, 1, 1, 2, 3))


def _bounds(question: Question, case: ProcedureCase) -> tuple[int, int | None] | None:
    """Return between which numbers the answer lies that leads to the case; None where it does not decide it."""
    if question.pk is None or question.pk != case.decided_by_id:
        return None
    return case.at_least or 1, case.at_most


def _paper(question: Question, asked: Asked, rng: Random, is_girl: bool) -> Document:
    """Another person's card: somebody of about the same age and of the other sex, as those who marry."""
    born = min(_born(asked.owner) + rng.randint(-6, 6), asked.day.year - 18)
    return Document(DocumentKind.CCCD, persons.identity_number(rng, born, is_woman=not _is_woman(asked.owner)))


_ANSWERS: dict[QuestionKind, Callable[[Question, Asked, Random, bool], Any]] = {
    QuestionKind.TEXT: _text,
    QuestionKind.LONG_TEXT: _text,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _day,
    QuestionKind.CHOICE: _choice,
    QuestionKind.PHONE: lambda question, asked, rng, is_girl: persons.phone(rng),
    QuestionKind.IDENTITY: _paper,
}


def _is_woman(owner: Owner) -> bool:
    return int(owner.identity_number[3]) % 2 == 1


def _born(owner: Owner) -> int:
    """Return the year of birth, as the number of the card has it."""
    return 1900 + int(owner.identity_number[3]) // 2 * 100 + int(owner.identity_number[4:6])


def _person(rng: Random, *, is_woman: bool) -> str:
    while True:
        name, is_a_woman = names.person(rng)
        if is_a_woman == is_woman:
            return name
