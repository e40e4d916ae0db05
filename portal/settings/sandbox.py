"""The sandbox process: pages and protocols of the banks, no database, no portal."""

import secrets
from pathlib import Path

DEBUG = False
SECRET_KEY = secrets.token_hex(32)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "gateways.sandbox.urls"
WSGI_APPLICATION = "gateways.sandbox.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parents[2] / "gateways" / "sandbox" / "templates"],
    }
]
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
