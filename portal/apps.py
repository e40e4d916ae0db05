"""The portal app: commands, template tags and pages of the site itself."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The portal app."""

    name = "portal"
