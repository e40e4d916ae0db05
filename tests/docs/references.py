"""References inside the repository: what a text names must exist. `tests.checks` asks this of every file.

Sources cite documents as `docs/….md#section` and table rows by their number (R-43, S-12, U-31, I3). A reference to a
document that only its author has cannot be followed by anybody else, so it is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = frozenset(
    (".py", ".html", ".js", ".css", ".md", ".sh", ".toml", ".yml", ".yaml", ".conf", ".ini", ".service", ".timer")
)
NAMES = frozenset({"Makefile", "Procfile", "run", ".editorconfig"})
#: What is no source of ours: installed or generated.
SKIPPED = frozenset(
    (".git", ".venv", ".local", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache")
) | {"__pycache__"}
#: Where the rows of each letter stand.
ROWS = {
    "R-": "docs/reliability.md",
    "S-": "docs/security.md",
    "U-": "docs/criteria.md",
    "T-": "docs/reference/gateways.md",
    "BR-": "docs/reference/business-rules.md",
    "P-": "docs/architecture.md",
    "I": "docs/reference/ledger-invariants.md",
}
#: A section of a plan or survey that never was in the repository, such as "A5" with a number behind it.
OUTSIDE = re.compile(
    r"\b(?:[AC][1-6]|B[1-7]) \d+\b|\.md[:,]? (?:§|\(?[A-D]?\d|part [A-D]\b|trap\b)| \([1-9]\.\d{1,2}(?:[,;] [^)]*)?\)"
)
DOCUMENT = re.compile(r"(?<![\w./:-])((?:\.{1,2}/)*[\w-][\w./-]*\.md)(?:#([\w-]+))?(?![\w-])")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROW = re.compile(r"(?<![\w-])(BR-|[RSUTP]-|I)(\d{1,3})(?![\w-])")
PATH = re.compile(r"`([\w./-]+/[\w./-]*|[\w./-]+\.(?:py|html|js|css|sh|toml|csv|json|conf|sql|txt))(?:::\w+)?`")
#: Paths a document may name though no file of that name is kept: made on a machine, or an example.
MADE = re.compile(r"^(\.local|/|folder/|exports/|demo\.json$|DD/|https?:)|<|\.\.$")


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Yield every text of ours."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if (
            not {*SKIPPED, "vendor"}.intersection(parts)
            and path.is_file()
            and (path.suffix in SUFFIXES or path.name in NAMES)
        ):
            yield path


@cache
def anchors(document: Path) -> frozenset[str]:
    """Return the names of a document's sections as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return frozenset(re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain)


@cache
def rows(root: Path, letter: str) -> frozenset[str]:
    """Return the numbers a table or list has a row for: the first cell of a line, or bold at its beginning."""
    document = root / ROWS[letter]
    if not document.exists():
        return frozenset()
    cells = re.findall(r"^(?:\| ([^|]+) \||- \*\*([^*]+)\*\*)", document.read_text(), re.MULTILINE)
    return frozenset(re.findall(rf"(?<![\w-]){letter}\d+", " ".join(table + bullet for table, bullet in cells)))


def faults_of(path: Path, text: str, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """Yield line and meaning of each reference of a text that leads nowhere."""
    for number, line in enumerate(text.splitlines(), 1):
        for outside in OUTSIDE.findall(line):
            yield number, f"'{outside.strip()}' is a section of a document that is not here, or has no anchor"
        for name, anchor in DOCUMENT.findall(LINK.sub("", line) if path.suffix == ".md" else line):
            yield from ((number, fault) for fault in _document(path, name, anchor, root))
        for letter, row in ROW.findall(line):
            if f"{letter}{row}" not in rows(root, letter):
                yield number, f"{letter}{row} is no row of {ROWS[letter]}"
        if path.suffix == ".md":
            yield from ((number, fault) for fault in _links(path, line))


def _document(path: Path, name: str, anchor: str, root: Path) -> Iterator[str]:
    """A document is named from the repository's root, or as a neighbour of the file that names it."""
    document = next((place for place in (path.parent / name, root / name) if place.is_file()), None)
    if document is None:
        yield f"{name} does not exist (write it from the root: docs/…)"
    elif anchor and anchor not in anchors(document.resolve()):
        yield f"{name} has no section #{anchor}"


def _links(path: Path, line: str) -> Iterator[str]:
    for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
        name, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        document = path if not name else path.parent / name
        if not document.exists():
            yield f"the link to {target} leads nowhere"
        elif anchor and document.suffix == ".md" and anchor not in anchors(document.resolve()):
            yield f"{target} has no section #{anchor}"


def paths_named(path: Path, text: str, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """Yield the files and folders a document names in backticks and that are gone; a short name will do."""
    existing = _known(root)
    for number, line in enumerate(text.splitlines(), 1):
        for name in PATH.findall(line):
            if not MADE.search(name) and name.strip("/") not in existing:
                yield number, f"`{name}` does not exist"


@cache
def _known(root: Path) -> frozenset[str]:
    """Return every file and folder by all its shorter names: payments/models/bills.py, models/bills.py, bills.py."""
    names: set[str] = set()
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if not SKIPPED.intersection(parts):
            names |= {"/".join(parts[start:]) for start in range(len(parts))}
            if path.suffix == ".py":
                names |= {"/".join(parts[start:]).removesuffix(".py") for start in range(len(parts))}
    return frozenset(names)


def faults(root: Path = ROOT) -> Iterator[str]:
    """Yield every broken reference of our sources as file:line: what."""
    for path in sources(root):
        relative, text = path.relative_to(root), path.read_text()
        if relative.match("tests/docs/*.py"):
            continue
        references = list(faults_of(path, text, root))
        if relative.suffix == ".md" and relative.parts[0] == "docs":
            references += paths_named(path, text, root)
        yield from (f"{relative}:{line}: {meaning}" for line, meaning in references)
