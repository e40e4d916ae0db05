"""The demo's telephone: what was sent, newest first, and nothing where messages are real."""

from __future__ import annotations

from pathlib import Path

from django.test import Client, override_settings

from dossiers.messages import channels


def test_messages_are_shown_newest_first_in_the_sandbox_only(tmp_path: Path) -> None:
    with override_settings(MESSAGE_FILE=tmp_path / "m.jsonl", IS_SANDBOX=True):
        assert "Chưa có tin nhắn nào." in Client().get("/tin-nhan/").content.decode()
        channels.to_file("+84912345678", "mot <b>", "message-1")
        channels.to_file("+84912345678", "hai", "message-2")
        with (tmp_path / "m.jsonl").open("a") as file:
            file.write('{"at": "2026')  # a crash
        page = Client().get("/tin-nhan/").content.decode()
        assert page.index("hai") < page.index("mot &lt;b&gt;")
        with override_settings(IS_SANDBOX=False):
            assert Client().get("/tin-nhan/").status_code == 404
