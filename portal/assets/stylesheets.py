"""Style sheets: one file a component in static/css/, one file a kind of page for browsers.

A page that asked for each component's file would wait for dozens of requests on a slow phone. `StylesheetFinder` joins
them wherever Django looks for static files, in development, tests and `collectstatic`, so there is no build to run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

FOLDER = settings.BASE_DIR / "static" / "css"
#: Static name of a bundle → its components below static/css/, in the order of the cascade.
#: Bundles lie as deep as components, so that addresses in them stay right.
BUNDLES = {
    "css/bundles/site.css": (
        *("base/tokens", "base/elements", "base/skip-link", "base/banner", "base/header", "base/main", "base/footer"),
        *("base/preferences", "forms/button", "forms/field", "forms/choice", "forms/error"),
        *("forms/counts", "forms/scan", "forms/filters", "money/state", "money/chip", "money/amount", "money/qr"),
        *("content/devices", "content/card"),
        *("content/tiles", "content/facts", "content/plain-list", "content/notice", "content/table", "content/tabs"),
        "content/views",
        *("content/pages", "progress/steps", "progress/bar", "progress/turn", "progress/timeline"),
        *("content/details", "content/chart", "content/forced-colors", "pages/hero", "pages/picture-steps"),
        *("content/papers", "content/listing", "content/dialog", "forms/document", "forms/suggestions"),
    ),
    "css/bundles/print.css": (*("print/page", "print/components", "print/poster", "print/picture-steps"),),
    "css/bundles/desk.css": (
        *("desk/frame", "desk/bar", "desk/sorting", "desk/worklist", "desk/why", "desk/actions", "desk/paper"),
        *(
            "desk/at-hand",
            "desk/receiver",
            "desk/decisions",
            "desk/sound",
            "desk/offline",
            "desk/second-window",
            "desk/sent",
        ),
    ),
    "css/bundles/accounting.css": (
        *("accounting/tokens", "accounting/frame", "accounting/figures", "accounting/chart", "accounting/timeline"),
        *("accounting/filters", "accounting/tools", "accounting/to-zero", "accounting/sections", "accounting/rows"),
    ),
    "css/bundles/administration.css": (
        *("administration/timeline", "administration/banner", "administration/concerns", "administration/hours"),
        *("administration/details", "administration/form", "administration/table", "administration/progress"),
        *("administration/theme", "administration/story", "administration/bars", "administration/structure"),
    ),
}


class StylesheetFinder(BaseFinder):
    """Finds the bundles, made anew when a component has changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.BUNDLES_ROOT)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Return no findings: the table stands in this module."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return where a bundle lies, as a list if all places are wanted; an empty list for any other file."""
        if path not in BUNDLES:
            return []
        place = str(write(path))
        return [place] if find_all else place

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each bundle with the storage that holds it."""
        for name in BUNDLES:
            write(name)
            yield name, self.storage


def write(name: str) -> Path:
    """Write a bundle unless it is there as it must be, and return its place. Processes may write it at once."""
    place: Path = settings.BUNDLES_ROOT / name
    wanted = compact("\n".join((FOLDER / f"{component}.css").read_text() for component in BUNDLES[name]))
    if not place.exists() or place.read_text() != wanted:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False) as file:
            file.write(wanted)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(place)
    return place


def compact(source: str) -> str:
    """Return a style sheet without comments and line breaks; its lines end selectors, blocks and declarations."""
    return re.sub(r"(?<=[{};,])\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", source, flags=re.S)).strip() + "\n"
