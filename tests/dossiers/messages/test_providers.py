"""Messages by the real adapters to the sandbox's providers: HTTP, Zalo and SMTP, with failures asked again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import override_settings
from django.utils import timezone

from devtools.processes import free_port
from devtools.stack import messaging
from dossiers.messages import channels, providers
from dossiers.messages import outbox as messages
from dossiers.models import Message
from tests.support import factories
from tests.support.banks import Portal, Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, dict[str, str], Path]]:
    """The sandbox with its providers, what the portal is told of them, and where messages arrive."""
    folder, port = tmp_path_factory.mktemp("phones"), free_port(together=4)
    variables = messaging(port) | {"MESSAGE_FILE": str(folder / "messages.jsonl")}
    sandbox = Sandbox(f"http://127.0.0.1:{port + 2}", Portal(), {}, folder)
    (folder / "config.json").write_text("{}")
    before = dict(os.environ)
    os.environ.update(variables)
    sandbox.start()
    os.environ.clear()
    os.environ.update(before)
    yield sandbox, variables, folder / "messages.jsonl"
    sandbox.kill()


@pytest.fixture
def real(played: tuple[Sandbox, dict[str, str], Path]) -> Iterator[dict[str, str]]:
    _sandbox, variables, _path = played
    names = ("SMS_URL", "SMS_TOKEN", "ZALO_URL", "ZALO_TOKEN", "ZALO_TEMPLATE")
    mail = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": int(variables["EMAIL_URL"].rsplit(":", 1)[1]),
        "EMAIL_USE_TLS": False,
    }
    adapters = {"sms": variables["SMS_ADAPTER"], "email": variables["EMAIL_ADAPTER"], "zalo": variables["ZALO_ADAPTER"]}
    with override_settings(**{name: variables[name] for name in names}, **mail, MESSAGE_CHANNELS=adapters):
        yield variables


def received(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_phone_and_a_mailbox_get_what_was_told_once_and_the_page_shows_it(
    played: tuple[Sandbox, dict[str, str], Path], real: dict[str, str]
) -> None:
    sandbox, _told, path = played
    dossier = factories.dossier()
    dossier.owner_email = "binh@example.vn"
    dossier.save()
    messages.tell(dossier, "received", f"dossier:{dossier.pk}")
    assert messages.send_waiting() == 2
    text = Message.objects.filter(channel="sms").get().text
    assert {(line["to"], line["text"]) for line in received(path)} >= {
        ("+84912345678", text),
        ("binh@example.vn", text),
    }
    again = Message.objects.get(channel="sms")
    channels.deliver("sms", again.recipient, again.text, key=f"message-{again.pk}")
    assert len([line for line in received(path) if line["key"] == f"message-{again.pk}" and "@" not in line["to"]]) == 1
    page = requests.get(f"{sandbox.url}/phones", timeout=10).text
    assert "+84912345678" in page and "binh@example.vn" in page and dossier.code in page


def test_a_provider_that_is_down_is_asked_again_and_then_the_message_arrives(
    played: tuple[Sandbox, dict[str, str], Path], real: dict[str, str]
) -> None:
    sandbox, _told, path = played
    sandbox.control("faults", gateway="sms", fault="down", count=1)
    sandbox.control("faults", gateway="sms", fault="html_error", count=1)
    dossier = factories.dossier()
    messages.tell(dossier, "received", f"dossier:{dossier.pk}")
    for sent in (0, 0, 1):
        Message.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        assert messages.send_waiting() == sent
    assert Message.objects.get().attempts == 3
    assert len([line for line in received(path) if dossier.code in line["text"]]) == 1


def test_wrong_tokens_long_texts_and_phones_without_zalo_are_refused(
    played: tuple[Sandbox, dict[str, str], Path], real: dict[str, str]
) -> None:
    _sandbox, _told, path = played
    providers.by_zalo("+84912345678", "Ho so X", "message-z")
    assert received(path)[-1] | {"at": ""} == {"at": "", "to": "+84912345678", "text": "Ho so X", "key": "message-z"}
    with pytest.raises(channels.DeliveryFailed, match="-118"):
        providers.by_zalo("+84912345600", "x", "message-y")
    for text in ("x" * 161, "có dấu"):
        with pytest.raises(channels.DeliveryFailed):
            providers.by_http_sms("+84912345678", text, "message-x")
    with override_settings(SMS_TOKEN="wrong"), pytest.raises(channels.DeliveryFailed):
        providers.by_http_sms("+84912345678", "x", "message-w")
    with override_settings(EMAIL_PORT=free_port()), pytest.raises(channels.DeliveryFailed):
        channels.by_mail("a@example.vn", "x", "message-v")
