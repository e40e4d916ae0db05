"""The procedures app."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """The procedures app."""

    name = "procedures"
