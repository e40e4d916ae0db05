"""State of the sandbox process: the banks' side of each merchant account, and the books.

`SANDBOX_CONFIG` names a JSON file {gateway: the `bank` object of `keys.make_contracts`};
`SANDBOX_STATE` the folder of the books, which lie beside that file when it is not set.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from .books import Books
from .delivery import Courier

Contract = dict[str, Any]


@cache
def contracts() -> dict[str, Contract]:
    """Return the banks' side of the contracts."""
    loaded: dict[str, Contract] = json.loads(_config().read_text())
    return loaded


@cache
def books() -> Books:
    """Return the books of this process."""
    return Books(Path(os.environ.get("SANDBOX_STATE") or _config().parent) / "sandbox.sqlite3")


@cache
def courier() -> Courier:
    """Return the sender of notifications."""
    return Courier(books(), contracts())


def _config() -> Path:
    return Path(os.environ["SANDBOX_CONFIG"])
