"""The demo and a developer's machine: real servers, sandbox banks, plain HTTP on 127.0.0.1."""

from .base import *  # noqa: F403
from .base import INSTALLED_APPS
from .environment import read

INSTALLED_APPS = [*INSTALLED_APPS, "devtools"]
EXTRA_ADDRESSES = ["devtools.urls"]

SECRET_KEY = read("SECRET_KEY", "dev-only-" + "k" * 50)
FIELD_ENCRYPTION_KEYS = read("FIELD_ENCRYPTION_KEYS", "ZGV2LW9ubHktZmllbGQta2V5LTAwMDAwMDAwMDAwMDA=")
DEBUG = read("DEBUG")
ALLOWED_HOSTS = read("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
IS_SANDBOX = read("SANDBOX_MODE", "on")
WHITENOISE_USE_FINDERS = True
WEBHOOK_TO_THIS_MACHINE = True
# Passkeys are tried at http://localhost; an address of numbers cannot have any.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# Nobody's phone rings in a demo.
MESSAGE_CHANNELS = {
    "sms": read("SMS_ADAPTER"),
    "email": read("EMAIL_ADAPTER", "dossiers.messages.channels.to_file"),
    "zalo": read("ZALO_ADAPTER"),
}
