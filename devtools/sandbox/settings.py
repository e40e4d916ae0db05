"""The sandbox process: pages and protocols of the banks. No database, no portal, only 127.0.0.1."""

import secrets
from pathlib import Path

from .plugins import template_folders

DEBUG = False
SECRET_KEY = secrets.token_hex(32)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "devtools.sandbox.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates", *template_folders()],
    }
]
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
# Django's Vietnamese formats name the separator but no grouping: without this, 150000 stays 150000.
NUMBER_GROUPING = 3
LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A refusal that was ordered (`/control/faults`) needs no log entry.
    "loggers": {"django.request": {"level": "CRITICAL"}},
}
