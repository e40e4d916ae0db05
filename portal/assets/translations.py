"""Translations by Babel: extraction, .po files, compiled .mo.

Only the .po files are committed. `PortalConfig.ready` has each .mo built that is missing or not of its .po.

Msgids are the Vietnamese texts, so English is the only language they are translated to. What
is extracted: gettext calls in Python, and templates by Django's own templatize. The Vietnamese
catalogue holds what the administration's theme and Django leave in English; it is written by hand.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

APPS = ("core", "agencies", "procedures", "payments", "dossiers", "portal")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_PLACEHOLDERS = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}")
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
Key = tuple[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One message that would show up wrong, and why."""

    message: str
    why: str


def messages_in(root: Path) -> dict[Key, set[str]]:
    """Return every marked message with the files it stands in, by (context, id or ids)."""
    messages: dict[Key, set[str]] = {}
    for path, source in _sources(root):
        for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            if text and text != ("", ""):
                messages.setdefault((context or "", text), set()).add(str(path.relative_to(root)))
    return messages


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for path in sorted((root / "templates").rglob("*.html")):
        # In brackets, because the indentation of HTML is none to Python.
        yield path, f"({templatize(path.read_text(), origin=str(path))})"


def update(root: Path, language: str = "en") -> int:
    """Bring the catalogue in step with the sources and compile it; return how many messages it has."""
    old, new = _read(root, language), _empty(language)
    for (context, text), files in sorted(messages_in(root).items(), key=lambda item: (sorted(item[1]), str(item[0]))):
        earlier = old.get(text[0] if isinstance(text, tuple) else text, context or None)
        string = earlier.string if earlier else ("" if isinstance(text, str) else ("", ""))
        new.add(text, string, locations=[(name, 0) for name in sorted(files)], context=context or None)
    with _path(root, language).open("wb") as file:
        write_po(file, new, include_lineno=False, width=120, omit_header=True)
    compile_stale(root)
    return len(new)


def compile_stale(root: Path) -> list[Path]:
    """Build every missing or stale django.mo and return those that were built.

    A .mo carries its .po's time of change: any other time means that it is stale. Each is replaced as a whole, so
    processes that start together may all build it. Raises OSError where the folder cannot be written.
    """
    built = []
    for source in sorted(root.glob("locale/*/LC_MESSAGES/django.po")):
        target, changed = source.with_suffix(".mo"), source.stat().st_mtime_ns
        if target.exists() and target.stat().st_mtime_ns == changed:
            continue
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".mo", delete=False) as file:
            write_mo(file, _read(root, source.parent.parent.name))
        Path(file.name).chmod(0o644)
        os.utime(file.name, ns=(changed, changed))
        Path(file.name).replace(target)
        built.append(target)
    return built


def faults(root: Path, language: str = "en") -> list[Fault]:
    """Return what is missing, stale or broken in the catalogue; empty when it is complete."""
    catalogue = _read(root, language)
    wrong = []
    for (context, text), _files in sorted(messages_in(root).items(), key=str):
        first = text[0] if isinstance(text, tuple) else text
        message = catalogue.get(first, context or None)
        strings = _strings(message)
        if not all(strings):
            wrong.append(Fault(first, "is not translated"))
        elif message and message.fuzzy:
            wrong.append(Fault(first, "is only guessed"))
        elif any(_placeholders(string) - _placeholders(first) for string in strings) or (
            isinstance(text, str) and _placeholders(strings[0]) != _placeholders(first)
        ):
            wrong.append(Fault(first, "has other placeholders"))
    return wrong


def _strings(message: Message | None) -> tuple[str, ...]:
    """Return the translations of a message, singular first; one empty text when there is none."""
    if message is None or not message.string:
        return ("",)
    return (message.string,) if isinstance(message.string, str) else tuple(map(str, message.string))


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDERS.findall(text))


def _path(root: Path, language: str) -> Path:
    path = root / "locale" / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _read(root: Path, language: str) -> Catalog:
    path = _path(root, language)
    catalogue = _empty(language)
    if path.exists():
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    catalogue[message.id] = message
    return catalogue


def _empty(language: str) -> Catalog:
    # The same bytes from the same messages: no clock, and nobody's name, in the header.
    return Catalog(locale=language, fuzzy=False, creation_date=_EPOCH, revision_date=_EPOCH)
