"""Production settings refuse what must never take real money."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support import running
from tests.support.production import GOOD


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import django; django.setup()"]
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")} | GOOD | changes
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_complete_configuration_starts() -> None:
    started = start()
    assert started.returncode == 0, started.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("is_pooled", "expected"), [("0", "30s"), ("1", "0")])
def test_a_frozen_page_gives_up_its_locks_after_half_a_minute(is_pooled: str, expected: str) -> None:
    """PostgreSQL ends a transaction that is silent for so long; behind pgbouncer its own settings say so."""
    program = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "cursor = connection.cursor()\n"
        "cursor.execute('SHOW idle_in_transaction_session_timeout')\n"
        "print(cursor.fetchone()[0])"
    )
    env = {name: os.environ[name] for name in ("PATH", "REDIS_URL")} | GOOD
    env |= {"DATABASE_URL": running.database_url(), "DATABASE_IS_POOLED": is_pooled}
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"DEBUG": "1"},
        {"SECRET_KEY": "dev-only-" + "k" * 50},
        {"FIELD_ENCRYPTION_KEYS": ""},
        {"ALLOWED_HOSTS": "*"},
        {"SANDBOX_MODE": "1"},
        {"SANDBOX_CONFIG": "sandbox.json"},
        {"SMS_ADAPTER": "dossiers.messages.channels.to_file"},
        {"SMS_URL": "http://sms.example.vn/send"},
        {"BASE_URL": "http://dvc.example.gov.vn"},
    ],
)
def test_production_refuses(changes: dict[str, str]) -> None:
    refused = start(**changes)
    assert refused.returncode != 0
    assert "Production settings refused" in refused.stderr
