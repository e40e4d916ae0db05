"""docs/finding-your-way.md answers ten questions with files and names that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/finding-your-way.md").read_text()
ANSWERS = re.split(r"^## \d+\. ", TEXT, flags=re.MULTILINE)[1:]
PATH = re.compile(r"`([\w/.-]+\.(?:py|html|csv|po))(?:::(\w+))?`|`([\w/-]+/)`")


def test_ten_questions_are_answered() -> None:
    assert len(ANSWERS) == 10


@pytest.mark.parametrize("answer", ANSWERS, ids=[answer.splitlines()[0][:40] for answer in ANSWERS])
def test_an_answer_names_files_and_names_that_exist(answer: str) -> None:
    named = [(file or folder, name) for file, name, folder in PATH.findall(answer)]
    assert len(named) >= 2, "an answer leads to code"
    assert [path for path, _name in named if not (ROOT / path).exists()] == []
    assert [
        f"{path}::{name}"
        for path, name in named
        if name and not re.search(rf"^(?:async )?(?:def|class) {name}\b", (ROOT / path).read_text(), re.MULTILINE)
    ] == []
