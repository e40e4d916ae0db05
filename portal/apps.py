"""The portal app: commands, template tags and pages of the site itself."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    """The portal app."""

    default = True
    name = "portal"


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's administration with our site."""

    default = False
    default_site = "portal.administration.Administration"
