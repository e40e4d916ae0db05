"""The procedures app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """The procedures app."""

    name = "procedures"
    verbose_name = _("Thủ tục")
