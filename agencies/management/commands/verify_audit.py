"""`manage.py verify_audit [--head position:hash]`: exit 1 and name the first place where the audit was changed."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from agencies.audit import chain
from agencies.models import AuditLink


def _head(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,17}:[0-9a-f]{64}", text):
        raise ArgumentTypeError('a head is written position:hash, as in the log line "audit linked to"')
    return text


class Command(BaseCommand):
    """Walks the chain of audit entries; only reads."""

    help = "Prove that no audit entry was changed, removed or slipped in (exit 1 otherwise)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--head` holds the chain to a head noted elsewhere, for instance in last month's log."""
        parser.add_argument("--head", type=_head, help="a noted head, position:hash")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the head, or the first fault and exit 1."""
        fault = chain.first_fault(options["head"] or "")
        if fault:
            self.stdout.write(f"BROKEN at link {fault.position}, entry {fault.entry}: {fault.why}")
            sys.exit(1)
        head = AuditLink.objects.order_by("-position").first()
        self.stdout.write(f"the audit holds; head {head or 'none'}")
