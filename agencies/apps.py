"""The agencies app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Tells core the networks of offices."""

    name = "agencies"
    verbose_name = _("Cơ quan")

    def ready(self) -> None:
        """Connect."""
        from core import office_networks

        from .models import networks

        office_networks.register(networks.listed)
