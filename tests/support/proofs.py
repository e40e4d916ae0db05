"""What `static/js/proof.js` does in a browser."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from core import proof_of_work


def solved(answer: Any) -> str:
    """Solve the challenge of a page."""
    match = re.search(r'data-proof="([^"]+)"', answer.content.decode())
    assert match
    return solution(match[1])


def solution(challenge: str) -> str:
    return next(f"{challenge}~{number}" for number in count() if proof_of_work.has_zeros(f"{challenge}~{number}"))
