"""An officer sees every procedure that has the words, best first: what a citizen's list leaves out is not hidden."""

from __future__ import annotations

import pytest
from django.utils import timezone

from procedures.catalogue.filters import open_on
from procedures.catalogue.search import answer, every_hit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


@pytest.mark.parametrize(("text", "words"), [("chứng thực", "chứng thực"), ("chung thuc chu ky", "chứng thực chữ ký")])
def test_every_procedure_with_these_words_in_its_name_is_there(text: str, words: str) -> None:
    offered = open_on(timezone.localdate())
    named = {each.pk for each in offered if words in each.name.lower()}
    assert len(named) >= 3
    assert named <= {each.pk for each in every_hit(text, offered)}


@pytest.mark.parametrize("text", ["khai sinh", "chứng thực chữ ký", "đăng ký kết hôn"])
def test_the_best_answer_comes_first(text: str) -> None:
    offered = open_on(timezone.localdate())
    assert every_hit(text, offered).first() == answer(text, offered).procedures.first()


def test_a_code_finds_its_procedure_and_nonsense_nothing() -> None:
    offered = open_on(timezone.localdate())
    wanted = offered.first()
    assert wanted and every_hit(wanted.code, offered).first() == wanted
    assert not every_hit("xyzzy qwert", offered).exists()
