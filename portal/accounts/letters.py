"""Notify users of credential changes, whoever made them (S-17)."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import User
from agencies.signals import credential_changed
from dossiers.messages.channels import DeliveryFailed, channel_of, deliver

logger = logging.getLogger(__name__)

CHANGES = {
    "password_changed": gettext_lazy("mật khẩu của bạn vừa được đổi"),
    "second_factor_added": gettext_lazy("tài khoản của bạn vừa có thêm một cách xác thực hai lớp"),
    "second_factor_removed": gettext_lazy("một cách xác thực hai lớp của bạn vừa bị gỡ"),
}


@receiver(credential_changed)
def _notify(user: User, change: str, **_kwargs: Any) -> None:
    transaction.on_commit(partial(notify, user, change, timezone.now()), robust=True)


def notify(user: User, change: str, changed_at: datetime) -> None:
    """Write to the person by e-mail, else by SMS; who has neither sees it in the audit only.

    A provider that is away does not undo the change, and is in the log.
    """
    address = user.email or user.phone
    if not address:
        return
    with translation.override("vi"):
        at = date_format(timezone.localtime(changed_at), "H:i d/m/Y")
        text = _("Một Cửa Pay: %(what)s lúc %(at)s. Nếu không phải bạn làm, hãy báo ngay cho quản trị cơ quan.") % {
            "what": CHANGES[change],
            "at": at,
        }
    send(address, text)


def send(address: str, text: str) -> None:
    """Give a text to the provider; one that fails is in the log and holds up nobody."""
    try:
        deliver(channel_of(address), address, text, key=secrets.token_hex(8))
    except DeliveryFailed:
        logger.exception("a letter about an account was not taken")
