"""Fee rules as the engine reads them."""

from __future__ import annotations

from datetime import date
from typing import Any

from procedures.fees import (
    Rule,
)

DAY = date(2026, 6, 1)


def rule(**values: Any) -> Rule:
    base: dict[str, Any] = {
        "rule_id": 1,
        "schedule_id": 1,
        "version": 1,
        "code": "A",
        "name": "A",
        "kind": "phi",
        "price": 100_000,
        "legal_basis": "TT 1",
    }
    return Rule(**{**base, **values})
