"""What people look for here and is done elsewhere: subjects with the right door (`elsewhere.csv`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .questions import UNKNOWN, Question
from .words import Word, telling

#: A phrase that is less of a question says too little of it.
LEAST_PART = 0.4


@dataclass(frozen=True, slots=True)
class Door:
    """Where a subject is dealt with, and how one gets there. `phrases` are what people call it."""

    subject: str
    name: str
    advice: str
    phrases: tuple[tuple[Word, ...], ...]


def door_for(question: Question, ours: float) -> Door | None:
    """Return the door for a question; None where a phrase of our own procedures is as much of it (`ours`)."""
    part, door = max(((_part(door, question), door) for door in doors()), key=lambda each: each[0])
    return door if part >= LEAST_PART and part > ours else None


@lru_cache(maxsize=1)
def doors() -> tuple[Door, ...]:
    """Return the table of subjects."""
    with (Path(__file__).parent / "elsewhere.csv").open(encoding="utf-8") as file:
        return tuple(
            Door(row["subject"], row["door"], row["advice"], tuple(map(telling, row["words"].split(","))))
            for row in csv.DictReader(file)
        )


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, float]:
    """Return the words of all subjects as words that no procedure of ours has, so that none is read as another."""
    return {word.base: UNKNOWN for door in doors() for phrase in door.phrases for word in phrase}


def _part(door: Door, question: Question) -> float:
    return max(map(question.cover, door.phrases))
