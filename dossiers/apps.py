"""The dossiers app."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """The dossiers app."""

    name = "dossiers"
