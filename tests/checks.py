"""What `make check` asks of Django itself: migrations complete, production settings fit, Python bound to it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

from cryptography.fernet import Fernet

from portal import embedded


def main() -> int:
    """Run each check in a process of its own, against real servers; return 1 when any fails."""
    with embedded.servers(durable=False) as running:
        production = {
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "ALLOWED_HOSTS": "dichvucong.example.gov.vn",
            "BASE_URL": "https://dichvucong.example.gov.vn",
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
