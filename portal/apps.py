"""The portal app: commands, template tags and pages of the site itself."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    """The portal app."""

    default = True
    name = "portal"

    def ready(self) -> None:
        """Hear of sign-ins; let the sweeper link the audit: agencies stand below payments and do not know it."""
        from agencies import audit_chain
        from payments import sweeping

        from . import account_letters, sign_in_events  # noqa: F401  their receivers

        sweeping.register("audit", audit_chain.link_due)


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's administration with our site."""

    default = False
    default_site = "portal.administration.Administration"
