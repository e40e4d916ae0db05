"""The payments app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Connects the webhooks to what this app tells others."""

    name = "payments"
    verbose_name = _("Thanh toán")

    def ready(self) -> None:
        """Connect."""
        from .webhooks import events  # noqa: F401
