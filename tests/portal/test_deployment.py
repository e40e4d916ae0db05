"""What operators start from is true: the table of variables, the Procfile, and processes that come up by it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

from devtools.processes import LOCALHOST, Child, free_port
from devtools.stack import ROOT
from portal.management.commands.settings_table import put_into
from tests.support import running

pytestmark = pytest.mark.django_db(transaction=True)


def production(**changes: str) -> dict[str, str]:
    """Return the environment of a production process on the test's own servers."""
    return {
        **running.environment(),
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "TRUSTED_PROXY_COUNT": "1",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": LOCALHOST,
        "BASE_URL": "https://dichvucong.example.gov.vn",
        "SMS_ADAPTER": "dossiers.messages.providers.by_http_sms",
        "SMS_URL": "https://sms.example.vn/send",
        **changes,
    }


def test_the_table_of_variables_is_the_one_the_code_reads() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    assert put_into(text) == text


def test_the_procfile_names_what_can_be_started() -> None:
    script = (ROOT / "deploy/run").read_text()
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        assert command == f"deploy/run {name}"
        assert f"\n  {name}) " in script
    refused = subprocess.run([ROOT / "deploy/run", "nonsense"], capture_output=True, text=True, check=False)
    assert (refused.returncode, "usage" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("name", "path"), [("web", "/health/ready"), ("live", "/health/live")])
def test_a_process_comes_up_with_production_settings(name: str, path: str, tmp_path: Path) -> None:
    port = free_port()
    env = production(WEB_BIND=f"{LOCALHOST}:{port}", WEB_WORKERS="1", LIVE_PORT=str(port))
    child = Child([str(ROOT / "deploy/run"), name], log=tmp_path / "log", env=env, cwd=ROOT)
    child.start()
    try:
        url = f"http://{LOCALHOST}:{port}{path}"
        assert running.wait_until(lambda: child.is_running and _status(url), f"{name} answers") == 200
    finally:
        child.stop()


def _status(url: str) -> int | None:
    try:
        return requests.get(url, timeout=5).status_code
    except (requests.ConnectionError, requests.Timeout):
        return None
