"""Production settings refuse what must never take real money."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

GOOD = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.production",
    "SECRET_KEY": "qz7" * 20 + "Xk2-9d_LmPw",
    "FIELD_ENCRYPTION_KEYS": "c2l4dGVlbi1ieXRlcy1vci1tb3JlLTMyYnl0ZXMhISE=",
    "ALLOWED_HOSTS": "dvc.example.gov.vn",
    "BASE_URL": "https://dvc.example.gov.vn",
    "SMS_ADAPTER": "dossiers.providers.by_http_sms",
    "SMS_URL": "https://sms.example.vn/send",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import django; django.setup()"]
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")} | GOOD | changes
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_complete_configuration_starts() -> None:
    started = start()
    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {"DEBUG": "1"},
        {"SECRET_KEY": "dev-only-" + "k" * 50},
        {"FIELD_ENCRYPTION_KEYS": ""},
        {"ALLOWED_HOSTS": "*"},
        {"SANDBOX_MODE": "1"},
        {"SANDBOX_CONFIG": "sandbox.json"},
        {"SMS_ADAPTER": "dossiers.channels.to_file"},
        {"SMS_URL": "http://sms.example.vn/send"},
        {"BASE_URL": "http://dvc.example.gov.vn"},
    ],
)
def test_production_refuses(changes: dict[str, str]) -> None:
    refused = start(**changes)
    assert refused.returncode != 0
    assert "Production settings refused" in refused.stderr
