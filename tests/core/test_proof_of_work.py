"""A proof is of our own challenge, enough, fresh and counts once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core import proof_of_work
from tests.support.proofs import solution

pytestmark = pytest.mark.django_db


def test_a_solution_counts_once() -> None:
    answer = solution(proof_of_work.challenge())
    assert proof_of_work.is_solved(answer)
    assert not proof_of_work.is_solved(answer)


@pytest.mark.parametrize("answer", ["", "~", "0" * 5000, "abc~15:x:y~1", "\x00~1"])
def test_nonsense_proves_nothing(answer: str) -> None:
    assert not proof_of_work.is_solved(answer)


def test_an_easier_challenge_and_one_of_yesterday_prove_nothing() -> None:
    challenge = proof_of_work.challenge()
    easier = challenge.replace(f"~{proof_of_work.BITS}~", "~1~")
    assert not proof_of_work.is_solved(solution(easier))
    answer = solution(challenge)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert not proof_of_work.is_solved(answer)
