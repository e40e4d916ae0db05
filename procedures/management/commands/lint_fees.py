"""`manage.py lint_fees`: validates the fee schedules in use."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from procedures.schedules.findings import findings_in_use


class Command(BaseCommand):
    """Prints one line for each finding; exits 1 when one is an error."""

    help = "Kiểm tra biểu phí: mức quá nhỏ, mức 0 trái văn bản, sắp hết hạn, thiếu căn cứ, khoảng trống, chồng lấn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The day to look from, and the form of the answer."""
        parser.add_argument("--on", type=date.fromisoformat, default=None, help="YYYY-MM-DD, today by default")
        parser.add_argument("--json", action="store_true", help="one JSON object for each finding")

    def handle(self, *args: Any, **options: Any) -> None:
        """Lint."""
        errors = 0
        for procedure, findings in findings_in_use(options["on"]):
            for finding in findings:
                errors += finding.is_error
                if options["json"]:
                    row = {"procedure": procedure.code, **asdict(finding)}
                    self.stdout.write(json.dumps(row, ensure_ascii=False, default=str))
                else:
                    where = f"{procedure.code} · {finding.case}" if finding.case else procedure.code
                    self.stdout.write(f"{finding.level:8} {where}: {finding.message}")
        if errors:
            raise SystemExit(1)
