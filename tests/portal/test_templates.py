"""Templates are written to be read: djlint formats them in `make check`, and no line is longer than code's."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from portal.templatetags.contact import HOTLINE

FOLDERS = tuple(settings.BASE_DIR / name for name in ("templates", "devtools", "gateways"))
LONGEST_LINE = 120
TEMPLATES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]


def test_all_templates_are_looked_at() -> None:
    assert len(TEMPLATES) > 180


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_line_of_a_template_is_too_long(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE] == []


def test_the_number_to_call_is_written_once() -> None:
    texts = {path: path.read_text() for folder in FOLDERS for path in folder.rglob("*.html")}
    numbers = (HOTLINE, HOTLINE.replace(" ", ""))
    assert [path for path, text in texts.items() if any(number in text for number in numbers)] == []
