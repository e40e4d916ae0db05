"""The payments app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Connects the webhooks, registers the system check of gateways."""

    name = "payments"
    verbose_name = _("Thanh toán")

    def ready(self) -> None:
        """Connect."""
        from .callbacks import checks  # noqa: F401
        from .webhooks import events  # noqa: F401
