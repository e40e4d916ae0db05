"""`manage.py check_ledger [--json]`: exit 1 when any invariant is broken."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from payments.settlement import ledger_check


class Command(BaseCommand):
    """Proves the invariants over all data; safe to run at any time, it only reads."""

    help = "Prove the invariants of the ledger over all data (exit 1 on any violation)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` prints one object for programs."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and exit 1 on any violation."""
        violations = ledger_check.check()
        names = [invariant.name for invariant in ledger_check.invariants()]
        if options["json"]:
            rows = [[v.invariant, v.claim, [str(value) for value in v.row]] for v in violations]
            self.stdout.write(json.dumps({"checked": names, "violations": rows}, ensure_ascii=False))
        else:
            broken = {violation.invariant for violation in violations}
            for invariant in ledger_check.invariants():
                mark = "BROKEN" if invariant.name in broken else "ok"
                self.stdout.write(f"{invariant.name:4} {mark:7} {invariant.claim}")
            for violation in violations:
                self.stdout.write(f"  {violation.invariant}: {violation.row}")
        if violations:
            sys.exit(1)
