"""Notify users of credential changes, whoever made them (S-17).

The audit is where every such change is written, by the person's own pages and by the administration's;
so what is told is what was written.
"""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import AuditEntry, User
from dossiers.messages.channels import DeliveryFailed, channel_of, deliver

logger = logging.getLogger(__name__)

TOLD = {
    "password_changed": gettext_lazy("mật khẩu của bạn vừa được đổi"),
    "second_factor_added": gettext_lazy("tài khoản của bạn vừa có thêm một cách xác thực hai lớp"),
    "second_factor_removed": gettext_lazy("một cách xác thực hai lớp của bạn vừa bị gỡ"),
}


@receiver(post_save, sender=AuditEntry)
def _tell(instance: AuditEntry, created: bool, **_kwargs: Any) -> None:
    if created and instance.action in TOLD:
        transaction.on_commit(partial(tell, instance), robust=True)


def tell(entry: AuditEntry) -> None:
    """Write to the person the entry is about: by e-mail, else by SMS; who has neither sees it in the audit only.

    A provider that is away does not undo the change, and is in the log.
    """
    user = User.objects.get(pk=int(entry.subject.removeprefix("user:")))
    address = user.email or user.phone
    if not address:
        return
    with translation.override("vi"):
        at = date_format(timezone.localtime(entry.at), "H:i d/m/Y")
        text = _("Một Cửa Pay: %(what)s lúc %(at)s. Nếu không phải bạn làm, hãy báo ngay cho quản trị cơ quan.") % {
            "what": TOLD[entry.action],
            "at": at,
        }
    send(address, text)


def send(address: str, text: str) -> None:
    """Give a text to the provider; one that fails is in the log and holds up nobody."""
    try:
        deliver(channel_of(address), address, text, key=secrets.token_hex(8))
    except DeliveryFailed:
        logger.exception("a letter about an account was not taken")
