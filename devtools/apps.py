"""The developers' tools as an app: its commands, and the page of the demo's messages."""

from django.apps import AppConfig


class DevtoolsConfig(AppConfig):
    """Installed by the settings of developers and tests only."""

    name = "devtools"
