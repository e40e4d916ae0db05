"""What the sandbox process was told at its start: the banks' side of each contract, and its books.

`SANDBOX_CONFIG` names a JSON file: {gateway: the `bank` object of `keys.make_contracts`}.
The books lie beside it.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from .books import Books
from .delivery import Delivery


@lru_cache(maxsize=1)
def contracts() -> dict[str, dict[str, Any]]:
    """Return the banks' side of the contracts."""
    found: dict[str, dict[str, Any]] = json.loads(Path(os.environ["SANDBOX_CONFIG"]).read_text())
    return found


@lru_cache(maxsize=1)
def books() -> Books:
    """Return the books of this process."""
    return Books(Path(os.environ["SANDBOX_CONFIG"]).with_suffix(".sqlite3"))


@lru_cache(maxsize=1)
def delivery() -> Delivery:
    """Return the sender of notices."""
    return Delivery(books())
