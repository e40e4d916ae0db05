"""What is missing in a form is said by us, in the page's language, not by the browser in its own (D10)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
#: Pages of citizens; the desk's forms are filled in by staff, whose browsers speak Vietnamese.
_PLACES = (
    "account",
    "components",
    "dossiers/bulk_payment",
    "dossiers/fees",
    "dossiers/one_time_codes",
    "dossiers/post",
)
_MORE = ("dossiers/privacy", "dossiers/submission")
_FORM = re.compile(r"<form\b(?P<tag>[^>]*method=\"post\"[^>]*)>(?P<inside>.*?)</form>", re.DOTALL)


def forms() -> list[tuple[str, str]]:
    """Return template and opening tag of each form that asks for something by our component."""
    found_in = (path for place in (*_PLACES, *_MORE) for path in sorted((TEMPLATES / place).rglob("*.html")))
    return [
        (str(path.relative_to(TEMPLATES)), match["tag"])
        for path in found_in
        for match in _FORM.finditer(path.read_text())
        if "components/field.html" in match["inside"]
    ]


@pytest.mark.parametrize(("template", "tag"), forms())
def test_no_bubble_of_the_browser_comes_before_our_summary(template: str, tag: str) -> None:
    assert "novalidate" in tag


def test_forms_are_seen() -> None:
    assert len(forms()) >= 7
