"""The core app: what every app may use. Its only table counts tries (`core.rate_limits`)."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The core app."""

    name = "core"
