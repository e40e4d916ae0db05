"""The agencies app."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """The agencies app."""

    name = "agencies"
