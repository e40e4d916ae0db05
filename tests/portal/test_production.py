"""Production settings refuse what must never take real money."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support import running
from tests.support.production import GOOD

#: What must never take real money.
REFUSED: list[dict[str, str]] = [
    {"DEBUG": "1"},
    {"SECRET_KEY": "dev-only-" + "k" * 50},
    {"FIELD_ENCRYPTION_KEYS": ""},
    {"ALLOWED_HOSTS": "*"},
    {"SANDBOX_MODE": "1"},
    {"SANDBOX_CONFIG": "sandbox.json"},
    {"SMS_ADAPTER": "dossiers.messages.channels.to_file"},
    {"SMS_URL": "http://sms.example.vn/send"},
    {"BASE_URL": "http://dvc.example.gov.vn"},
]
#: They share a process.
ONE_WORKER = pytest.mark.xdist_group("configurations")
#: Starts Django by each configuration of its input in a process of its own; what all of them import is loaded once.
STARTS = """
import json, os, sys
import django, portal
assert "portal.settings.base" not in sys.modules, "settings are read by who starts"
told = []
for changes in json.load(sys.stdin):
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.dup2(writer, 2)
        os.environ.update(changes)
        django.setup()
        os._exit(0)
    os.close(writer)
    errors = open(reader).read()
    told.append((os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), errors))
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def started() -> list[tuple[int, str]]:
    """The exit code and the errors of the good configuration, then of each of `REFUSED`."""
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")} | GOOD
    command = [sys.executable, "-c", STARTS]
    answer = subprocess.run(
        command, input=json.dumps([{}, *REFUSED]), env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    return [(code, errors) for code, errors in json.loads(answer.stdout)]


@ONE_WORKER
def test_a_complete_configuration_starts(started: list[tuple[int, str]]) -> None:
    code, errors = started[0]
    assert code == 0, errors


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


@pytest.mark.parametrize(("proxies", "believed"), [("0", False), ("1", True)])
def test_what_a_header_says_of_https_counts_behind_a_proxy_of_ours_only(proxies: str, believed: bool) -> None:
    program = "from portal.settings import production; print(bool(production.SECURE_PROXY_SSL_HEADER))"
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")} | GOOD
    command = [sys.executable, "-c", program]
    shown = subprocess.run(
        command, env={**env, "TRUSTED_PROXY_COUNT": proxies}, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == str(believed)


@ONE_WORKER
@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[", ".join(changes) for changes in REFUSED])
def test_production_refuses(number: int, started: list[tuple[int, str]]) -> None:
    code, errors = started[1 + number]
    assert code != 0
    assert "Production settings refused" in errors
