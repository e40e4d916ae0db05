"""The Python sources of the product: what ships and answers people, banks and offices."""

from __future__ import annotations

import functools

from tests.source_rules import APPS, ROOT

#: Neither promises nor parses for anybody: the other side of the wire, and the demo.
NOT_PRODUCT = ("devtools/",)
OTHER_SIDE = ("/sandbox.py", "/specimen.py")


@functools.cache
def modules() -> dict[str, str]:
    """Return path → source of every module."""
    by_path = {}
    for app in ("core", *APPS):
        for file in sorted((ROOT / app).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if "/migrations/" not in path and not path.startswith(NOT_PRODUCT) and not path.endswith(OTHER_SIDE):
                by_path[path] = file.read_text()
    return by_path
