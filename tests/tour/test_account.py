"""`make account WHO=signer`: what a stranger needs to sign in to the demo that runs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from devtools.management.commands import demo as command
from tests.support.journeys import one_time_code


def ask(who: str) -> str:
    out = StringIO()
    call_command("demo", account=who, stdout=out)
    return out.getvalue()


def test_name_password_and_the_six_digits_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match="not running"):
        ask("signer")
    secret = "JBSWY3DPEHPK3PXP"
    account = {"username": "lanhdao", "password": "p", "otp_secret": secret}
    (tmp_path / "demo.json").write_text(json.dumps({"accounts": {"signer": account}}))
    before, lines, after = one_time_code(secret), ask("signer").split(), one_time_code(secret)
    assert lines[:2] == ["lanhdao", "p"]
    assert lines[2] in (before, after)
    with pytest.raises(CommandError, match="choose one of signer"):
        ask("")
