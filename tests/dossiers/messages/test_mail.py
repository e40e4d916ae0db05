"""Mail as SMTP says: what is refused for good is given up at once, what is put off is tried again (F10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from dossiers.messages import outbox
from dossiers.models import Message
from tests.support import factories
from tests.support.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as made:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
        settings.MESSAGE_CHANNELS = {"email": "dossiers.messages.channels.by_mail"}
        yield made


def send() -> Message:
    dossier = factories.dossier()
    message = Message.objects.create(
        subject="x", kind="received", channel="email", dossier=dossier, recipient="an@example.vn", text="Da nhan."
    )
    outbox.send_waiting()
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("answers", [{"to_recipient": "550 5.1.1 no such mailbox"}, {"to_letter": "554 5.7.1 refused"}])
def test_what_is_refused_for_good_is_given_up_at_once(server: MailServer, answers: dict[str, str]) -> None:
    vars(server).update(answers)
    message = send()
    assert (message.attempts, message.gave_up_at is not None, message.sent_at) == (1, True, None)
    assert next(iter(answers.values()))[:3] in message.last_error


@pytest.mark.parametrize("answers", [{"to_recipient": "451 4.7.1 greylisted"}, {"to_letter": "452 4.3.1 no room"}])
def test_what_is_put_off_is_tried_again(server: MailServer, answers: dict[str, str]) -> None:
    vars(server).update(answers)
    message = send()
    assert (message.attempts, message.gave_up_at, message.sent_at) == (1, None, None)
    assert message.next_attempt_at > timezone.now()
    server.to_recipient = server.to_letter = ""
    Message.objects.update(next_attempt_at=timezone.now())
    assert outbox.send_waiting() == 1


def test_a_letter_says_that_a_machine_wrote_it(server: MailServer) -> None:
    assert send().sent_at
    assert "Auto-Submitted: auto-generated" in server.letters[0]
