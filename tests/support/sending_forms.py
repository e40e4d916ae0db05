"""Sending a page's own form, so that a test notifications when the page no longer has a field."""

from __future__ import annotations

from typing import Any

from django.test import Client

from .form_variants import as_rendered
from .html_forms import forms_in


def send_form(
    browser: Client,
    path: str,
    changed: dict[str, str] | None = None,
    *,
    added: dict[str, list[dict[str, str]]] | None = None,
) -> Any:
    """Open a page, send its longest form as it stands there, and return what follows.

    changed: fields with another value than the page gave them;
    added: prefix of a formset → the fields of each row to be added to it.
    """
    shown = browser.get(path).content.decode()
    form = max((form for form in forms_in(shown) if form.method == "post"), key=lambda form: len(form.controls))
    data = as_rendered(form, form.buttons[0]).data
    for name, value in (changed or {}).items():
        assert name in data, f"the page has no field {name}: {sorted(data)}"
        data[name] = [value]
    for prefix, rows in (added or {}).items():
        first = int(str(data[f"{prefix}-TOTAL_FORMS"][0]))
        data[f"{prefix}-TOTAL_FORMS"] = [str(first + len(rows))]
        for number, row in enumerate(rows, first):
            assert f"{prefix}-__prefix__-{next(iter(row))}" in data, "the page offers no such row"
            data |= {f"{prefix}-{number}-{name}": [value] for name, value in row.items()}
    return browser.post(path, data, follow=True)
