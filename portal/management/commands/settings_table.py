"""`manage.py settings_table`: the variables of the environment as a table for docs/operations.md."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from portal.settings.environment import TYPE_NAMES, VARIABLES

BEGIN = "<!-- begin: manage.py settings_table -->"
END = "<!-- end: manage.py settings_table -->"


def table() -> str:
    """Return the Markdown table."""
    lines = ["| Variable | Type | Default | Production | Meaning |", "|---|---|---|---|---|"]
    for variable in VARIABLES:
        default = f"`{variable.default}`" if variable.default else ""
        need = "required" if variable.is_required else ""
        cells = (f"`{variable.name}`", TYPE_NAMES[variable.type], default, need, variable.meaning)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def put_into(text: str) -> str:
    """Return a document with the table between its two marks. Raises ValueError when it has none."""
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError("the document has no place for the table")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


class Command(BaseCommand):
    """Prints the table, or writes it into a document."""

    help = "Write the table of environment variables from portal/settings/environment.py."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--write FILE` puts it between the marks of a document."""
        parser.add_argument("--write", type=Path)

    def handle(self, *args: Any, write: Path | None = None, **options: Any) -> None:
        """Print, or write."""
        if write:
            write.write_text(put_into(write.read_text()))
        else:
            self.stdout.write(table())
