"""Production: refuses to start when a secret is missing, default or a sandbox is configured."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import (
    ALLOWED_HOSTS,
    BASE_URL,
    FIELD_ENCRYPTION_KEYS,
    IS_SANDBOX,
    SANDBOX_CONFIG,
    SECRET_KEY,
    env,
)

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
# A gateway's POST must never meet a redirect: it would come back as a GET without its body.
SECURE_REDIRECT_EXEMPT = [r"^gateways/", r"^vpg/", r"^api/", r"^health/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


def _faults() -> list[str]:
    """Return what makes this configuration unfit to take real money, one sentence each."""
    faults = []
    if env.bool("DEBUG", default=False):
        faults.append("DEBUG is on")
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("dev-only-") or len(set(SECRET_KEY)) < 10:
        faults.append("SECRET_KEY is missing, short or a default")
    if not FIELD_ENCRYPTION_KEYS or any(key.startswith("ZGV2") for key in FIELD_ENCRYPTION_KEYS):
        faults.append("FIELD_ENCRYPTION_KEYS is missing or a default")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        faults.append("ALLOWED_HOSTS is missing or open to any host")
    if IS_SANDBOX or SANDBOX_CONFIG:
        faults.append("a sandbox gateway is configured")
    if not BASE_URL.startswith("https://"):
        faults.append("BASE_URL is not an https address")
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not env.str(name, default=""):
            faults.append(f"{name} is missing")
    return faults


if found := _faults():
    raise ImproperlyConfigured("Production settings refused: " + "; ".join(found) + ".")
