"""Ways of filling in a form: untouched, each optional field emptied, plausible values, one more row of a formset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile

from .html_forms import Control, HtmlForm

#: A page of a PDF that every reader accepts.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
#: Part of a field's name → what somebody might write there; the first that fits counts.
BY_NAME = (
    ("password", "a long test password"),
    ("phone", "0912345678"),
    ("email", "binh@example.com"),
    ("url", "https://example.com/hook"),
    ("identifier", "H44.77"),
    ("identity", "025188001234"),
    ("number", "025188001234"),
    ("tiers", '[{"up_to": null, "price": 2000}]'),
    ("_0", "01/12/2026"),
    ("_1", "31/12/2027"),
    ("date", "01/12/2026"),
    ("starts", "01/12/2026"),
    ("amount", "10000"),
    ("price", "10000"),
    ("slug", "mot-hai"),
    ("code", "mot-hai"),
    ("name", "Nguyễn Thị Bình"),
)
BY_KIND = {
    "number": "2",
    "email": "binh@example.com",
    "tel": "0912345678",
    "date": "2026-12-01",
    "time": "08:00",
    "datetime-local": "2026-12-01T08:00",
    "url": "https://example.com/hook",
    "month": "2026-12",
    "color": "#123456",
}
EMPTY_ROW = "__prefix__"
_INDEX = re.compile(r"-\d+-")


@dataclass
class Submission:
    """What is sent: pairs of name and value, files, and what was done to the form before."""

    what: str
    pairs: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, SimpleUploadedFile]] = field(default_factory=list)

    @property
    def data(self) -> dict[str, list[str | SimpleUploadedFile]]:
        """The same as Django's test client takes it."""
        values: dict[str, list[str | SimpleUploadedFile]] = {}
        for name, value in self.pairs:
            values.setdefault(name, []).append(value)
        for name, file in self.files:
            values.setdefault(name, []).append(file)
        return values


def kind_of(name: str) -> str:
    """Return a field's name without the number of its row: one row stands for all."""
    return _INDEX.sub("-#-", name)


def as_rendered(form: HtmlForm, button: Control | None = None) -> Submission:
    """Untouched, sent by a button."""
    pressed = f" by {button.name}={button.value}" if button and button.name else ""
    return Submission("as rendered" + pressed, _pairs(form, button))


def emptied(form: HtmlForm) -> Iterator[Submission]:
    """One optional field emptied at a time; the rows of a formset count once."""
    button, seen = _first_button(form), set()
    for control in form.fields:
        if control.is_required or control.kind in ("hidden", "radio", "file") or kind_of(control.name) in seen:
            continue
        seen.add(kind_of(control.name))
        if any(control.values) and (control.kind != "select" or any(not o.value for o in control.options)):
            without = [pair for pair in _pairs(form, button) if pair[0] != control.name]
            blank = [] if control.kind == "checkbox" else [(control.name, "")]
            yield Submission(f"without {control.name}", without + blank)


def filled_in(form: HtmlForm) -> Submission:
    """Every field that somebody can fill in has another value, such as people write."""
    made = Submission("with plausible values")
    radios: dict[str, str] = {}
    for control in form.fields:
        if control.kind == "radio":
            radios[control.name] = control.value
        elif EMPTY_ROW in control.name or control.name.endswith("-DELETE"):
            made.pairs += [(control.name, value) for value in control.values]
        elif control.kind == "file":
            made.files.append((control.name, SimpleUploadedFile("đơn.pdf", PDF, "application/pdf")))
        else:
            made.pairs += [(control.name, value) for value in _plausible(control)]
    made.pairs += [*radios.items(), *_of_button(_first_button(form))]
    return made


def with_rows_added(form: HtmlForm) -> Submission | None:
    """One row more in every formset of the page, filled in; None where it has no formset."""
    counts = {
        control.name.removesuffix("-TOTAL_FORMS"): control.value
        for control in form.fields
        if control.name.endswith("-TOTAL_FORMS")
    }
    rows = [control for control in form.fields if EMPTY_ROW in control.name]
    if not rows:
        return None
    made = Submission("with a row added", _pairs(form, _first_button(form)))
    made.pairs = [
        (name, str(int(value) + 1))
        if name.removesuffix("-TOTAL_FORMS") in counts and name not in counts
        else (name, value)
        for name, value in made.pairs
        if EMPTY_ROW not in name
    ]
    for control in rows:
        prefix = control.name.split(f"-{EMPTY_ROW}-")[0]
        if not control.name.endswith("-DELETE"):
            name = control.name.replace(EMPTY_ROW, counts.get(prefix, "0"))
            made.pairs += [(name, value) for value in _plausible(control)]
    return made


def _pairs(form: HtmlForm, button: Control | None) -> list[tuple[str, str]]:
    pairs = [(control.name, value) for control in form.fields for value in control.values]
    return [*pairs, *_of_button(button)]


def _of_button(button: Control | None) -> list[tuple[str, str]]:
    return [(button.name, button.value)] if button and button.name else []


def _first_button(form: HtmlForm) -> Control | None:
    return form.buttons[0] if form.buttons else None


def _plausible(control: Control) -> list[str]:
    """Return what somebody might choose or write instead of what stands there."""
    if control.kind == "hidden":
        return control.values
    if control.kind == "checkbox":
        return [] if control.is_checked else [control.value]
    if control.kind == "select":
        others = [option.value for option in control.options if option.value and not option.is_selected]
        return others[:1] or control.values
    if control.kind in BY_KIND:
        return (
            [control.attributes.get("min") or BY_KIND[control.kind]]
            if control.kind == "number"
            else [BY_KIND[control.kind]]
        )
    name = control.name.lower()
    text = next((value for part, value in BY_NAME if part in name), "Lời ghi thêm")
    return [text[: int(control.attributes.get("maxlength") or 1000)]]
