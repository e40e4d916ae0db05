"""The portal app: commands, template tags and pages of the site itself."""

import logging

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps

logger = logging.getLogger(__name__)


class PortalConfig(AppConfig):
    """The portal app."""

    default = True
    name = "portal"

    def ready(self) -> None:
        """Build stale translations; connect the receivers of sign-ins."""
        from .accounts import contract_letters, events, invitations, letters  # noqa: F401 - their receivers
        from .assets import translations

        try:
            translations.compile_stale(settings.BASE_DIR)
        except OSError as error:  # a release that only its owner may write: `deploy/run release` builds there
            logger.error("translations are stale: %s", error)


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's administration with our site."""

    default = False
    default_site = "portal.administration.site.Administration"
