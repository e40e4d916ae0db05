"""What `make check` asks beyond the linters: transactions, rules of our sources, references, migrations, settings."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

from cryptography.fernet import Fernet

from devtools import embedded

from . import before_commit, layout_rules, source_rules
from .docs import references


def _nobody_is_told_before_the_commit() -> bool:
    early = list(before_commit.faults())
    sys.stderr.write("".join(f"{line}\n" for line in early))
    return not early


def _sources_keep_the_rules() -> bool:
    faults = [*source_rules.faults(), *layout_rules.faults()]
    sys.stderr.write("".join(f"{line}\n" for line in faults))
    return not faults


def _references_lead_somewhere() -> bool:
    broken = list(references.faults())
    sys.stderr.write("".join(f"{line}\n" for line in broken))
    return not broken


def rules_are_kept() -> bool:
    """Hold our sources to their rules; each is a test, too."""
    rules = (_nobody_is_told_before_the_commit, _sources_keep_the_rules, _references_lead_somewhere)
    return sum(not rule() for rule in rules) == 0  # each tells its faults


def site_is_sound() -> bool:
    """Run each check of Django in a process of its own, against real servers."""
    with embedded.servers(durable=False) as running:
        production = {
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "TRUSTED_PROXY_COUNT": "1",
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "ALLOWED_HOSTS": "dichvucong.example.gov.vn",
            "BASE_URL": "https://dichvucong.example.gov.vn",
            "SMS_ADAPTER": "dossiers.messages.providers.by_http_sms",
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
    return not any(codes)


CHECKS = {"rules": rules_are_kept, "site": site_is_sound}

if __name__ == "__main__":
    wanted = sys.argv[1:] or list(CHECKS)
    sys.exit(sum(not CHECKS[name]() for name in wanted))
