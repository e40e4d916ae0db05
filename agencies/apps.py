"""The agencies app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """The agencies app."""

    name = "agencies"
    verbose_name = _("Cơ quan")
