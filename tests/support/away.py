"""What is answered while the database is away."""

from __future__ import annotations

from typing import Any


def assert_come_again(answer: Any) -> None:
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"Traceback" not in answer.content
