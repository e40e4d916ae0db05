"""Channels of messages: one adapter each, named in `settings.MESSAGE_CHANNELS`.

An adapter is a callable `(address, text, key)` that returns when the provider has taken the
text and raises `DeliveryFailed` when it has not. It must answer within ten seconds. `key` is
the same when the same message is given again.
"""

from __future__ import annotations

import json
import os
import smtplib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

SMS: Final = "sms"
EMAIL: Final = "email"

#: SMTP replies from here on are for good (RFC 5321 4.2.1); 4xx may be tried again.
_PERMANENT = 500

Adapter = Callable[[str, str, str], None]


class DeliveryFailed(Exception):
    """The provider did not take the text; it may be given again."""


class DeliveryRefused(DeliveryFailed):
    """The provider will never take this text for this address: giving it again is of no use, and a nuisance."""


def deliver(channel: str, address: str, text: str, *, key: str) -> None:
    """Give `text` to the provider of `channel` for `address` (a phone number or an e-mail address).

    Raises DeliveryFailed or its kind DeliveryRefused and nothing else: an adapter that breaks has used up an attempt as
    one that is refused has, and does not keep the other messages of its round waiting. What it broke on may name a
    person: its kind is told.
    """
    try:
        adapter: Adapter = import_string(settings.MESSAGE_CHANNELS[channel])
        adapter(address, text, key)
    except DeliveryFailed:
        raise
    except Exception as error:  # whatever an adapter raises
        raise DeliveryFailed(f"the adapter of {channel} raised {type(error).__name__}") from error


def channel_of(address: str) -> str:
    """Return the channel an address is reached by: what has an @ is mail, all else is a phone."""
    return EMAIL if "@" in address else SMS


def to_file(address: str, text: str, key: str) -> None:
    """Append one JSON line to `settings.MESSAGE_FILE`: the telephone of the demo and of the tests."""
    path = Path(settings.MESSAGE_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"at": timezone.now().isoformat(), "to": address, "text": text, "key": key}
    # One write of less than a page: lines of several processes do not mix.
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
    finally:
        os.close(handle)


def by_mail(address: str, text: str, key: str) -> None:
    """Send an e-mail by Django's mail settings; its first sentence is its subject.

    Raises DeliveryRefused where the server says no for good to address or text (SMTP 5xx), DeliveryFailed for
    everything else: a sender or a password that is refused is a fault of ours, and somebody may mend it.
    """
    message = EmailMessage(subject=text.split(". ")[0][:120] or _("Một Cửa Pay"), body=text, to=[address])
    # RFC 3834: no machine answers what a machine has sent.
    message.extra_headers |= {"X-Entity-Ref-ID": key, "Auto-Submitted": "auto-generated"}
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        is_for_good = all(code >= _PERMANENT for code, _text in error.recipients.values())
        raise (DeliveryRefused if is_for_good else DeliveryFailed)(str(error)) from error
    except smtplib.SMTPDataError as error:
        raise (DeliveryRefused if error.smtp_code >= _PERMANENT else DeliveryFailed)(str(error)) from error
    except OSError as error:  # every failure of smtplib is one
        raise DeliveryFailed(str(error)) from error
