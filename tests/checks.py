"""What `make check` asks beyond the linters: bells after the commit, rules of our sources, migrations, settings."""

from __future__ import annotations

import ast
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet

from portal import embedded
from tests import source_rules

#: What tells other processes of a change, which must be there for them to see.
TELLING = frozenset({"ring", "ring_for_checks", "ring_for_statements", "publish", "delay", "apply_async"})


def early_bells(source: str) -> Iterator[int]:
    """Yield the lines that tell others from inside a transaction block, unless they wait for its commit (R-53)."""
    blocks = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.With))
    for block in blocks:
        if any(_called(item.context_expr) == "atomic" for item in block.items):
            for statement in block.body:
                yield from _telling(statement)


def _telling(node: ast.AST) -> Iterator[int]:
    if _called(node) == "on_commit":
        return
    if isinstance(node, ast.Call) and _called(node) in TELLING:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _telling(child)


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _bells_ring_late() -> bool:
    root = Path(__file__).resolve().parent.parent
    early = [
        f"{path.relative_to(root)}:{line}: tells others before the commit; use transaction.on_commit"
        for app in ("agencies", "procedures", "payments", "dossiers", "portal")
        for path in sorted((root / app).rglob("*.py"))
        for line in early_bells(path.read_text())
    ]
    sys.stderr.write("".join(f"{line}\n" for line in early))
    return not early


def _sources_keep_the_rules() -> bool:
    found = list(source_rules.faults())
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return not found


def main() -> int:
    """Run each check of Django in a process of its own, against real servers; return 1 when any fails."""
    if not _bells_ring_late() or not _sources_keep_the_rules():
        return 1
    with embedded.servers(durable=False) as running:
        production = {
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "ALLOWED_HOSTS": "dichvucong.example.gov.vn",
            "BASE_URL": "https://dichvucong.example.gov.vn",
            "SMS_ADAPTER": "dossiers.providers.by_http_sms",
            "SMS_URL": "https://sms.example.vn/send",
            **running.environment,
        }
        commands = [
            (["makemigrations", "--check", "--dry-run"], {"DJANGO_SETTINGS_MODULE": "portal.settings.test"}),
            (["check", "--deploy", "--fail-level", "WARNING"], production),
        ]
        codes = [
            subprocess.run(
                [sys.executable, "manage.py", *command],
                env={**os.environ, **running.environment, **variables},
                check=False,
            ).returncode
            for command, variables in commands
        ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
