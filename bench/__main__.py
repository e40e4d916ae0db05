"""`python -m bench [name …]`: run the benchmarks and write bench/results.md and bench/results.json."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from devtools import embedded

from .measuring import machine

FOLDER = Path(__file__).parent
NAMES = ("draining", "serving", "statement_import", "desk_search", "payment_search")


def main(names: list[str]) -> None:
    """Run each on one embedded PostgreSQL that keeps its promises (fsync on)."""
    figures: dict[str, float] = {}
    with embedded.servers(durable=True) as running:
        os.environ.update(running.environment)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        django.setup()
        call_command("migrate", verbosity=0)
        # By name: what they import needs Django's settings, which need the servers' addresses.
        field = import_module("bench.seeding").Field()
        for name in names or NAMES:
            print(f"bench: {name} …", flush=True)
            figures |= import_module(f"bench.{name}").run(field)
            for figure, value in figures.items():
                print(f"  {figure:38} {value:,.2f}", flush=True)
        _write(figures, machine())


def _write(figures: dict[str, float], machine: str) -> None:
    path = FOLDER / "results.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results |= {name: round(value, 3) for name, value in figures.items()}
    path.write_text(json.dumps(results, indent=2) + "\n")
    lines = [f"| {name} | {value:,} |" for name, value in sorted(results.items())]
    head = f"# Benchmarks\n\nBy `make bench`, on {machine}. Pages: [pages/results.md](pages/results.md).\n\n"
    text = head + "| figure | value |\n|---|---:|\n" + "\n".join(lines) + "\n"
    (FOLDER / "results.md").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
