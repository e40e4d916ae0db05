"""The letter by which somebody sets a password of their own (S-28)."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.models import User
from agencies.signals import invited

from . import letters


@receiver(invited)
def _send(user: User, **_kwargs: Any) -> None:
    transaction.on_commit(partial(send, user), robust=True)


def send(user: User) -> None:
    """Write to the person a link that works once; when it is too old, the page of forgotten passwords helps."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    with translation.override("vi"):
        text = _(
            "Một Cửa Pay: bạn được cấp vai trò của tỉnh, tên đăng nhập %(name)s. "
            "Hãy đặt mật khẩu của riêng bạn: %(link)s"
        ) % {"name": user.username, "link": f"{settings.BASE_URL}{path}"}
    letters.send(user.email, text)
