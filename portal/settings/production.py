"""Production settings: refuse to start with a missing or default secret or a sandbox."""

from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured

from gateways import registry

from .base import *  # noqa: F403
from .base import (
    ALLOWED_HOSTS,
    BASE_URL,
    DATABASES,
    FIELD_ENCRYPTION_KEYS,
    IS_SANDBOX,
    MESSAGE_CHANNELS,
    SANDBOX_CONFIG,
    SECRET_KEY,
    SMS_URL,
    STORAGES,
    TRUSTED_PROXY_COUNT,
    VNEID_CLIENT_ID,
    VNEID_CLIENT_SECRET,
    VNEID_ISSUER,
    WEBHOOK_NETWORKS,
)
from .environment import VARIABLES, is_set, read

SECURE_SSL_REDIRECT = read("SECURE_SSL_REDIRECT")
# A gateway's POST must never meet a redirect: it would come back as a GET without its body.
SECURE_REDIRECT_EXEMPT = [r"^gateways/", r"^api/", r"^health/", r"^metrics$"]
SECURE_REDIRECT_EXEMPT += [address.pattern for _, address in registry.addresses()]
# What a header says of https counts only where a proxy of ours wrote it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES["staticfiles"]["BACKEND"] = "portal.assets.storage.StaticFiles"
# A process that freezes in the middle of a page gives up its locks (drains have less: core/database/locks.py).
# Through pgbouncer a session belongs to nobody; there the same line of deploy/postgresql.conf counts.
if not read("DATABASE_IS_POOLED"):
    DATABASES["default"]["OPTIONS"] |= {"options": "-c idle_in_transaction_session_timeout=30s"}

#: This machine, and what clouds tell their machines at a link-local address.
_NEVER_CALLED = [ip_network(own) for own in ("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10")]


def _faults() -> list[str]:
    """Return what makes this configuration unfit to take real money, one sentence each."""
    faults = []
    if read("DEBUG"):
        faults.append("DEBUG is on")
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("dev-only-") or len(set(SECRET_KEY)) < 10:
        faults.append("SECRET_KEY is missing, short or a default")
    if not FIELD_ENCRYPTION_KEYS or any(key.startswith("ZGV2") for key in FIELD_ENCRYPTION_KEYS):
        faults.append("FIELD_ENCRYPTION_KEYS is missing or a default")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        faults.append("ALLOWED_HOSTS is missing or open to any host")
    if IS_SANDBOX or SANDBOX_CONFIG:
        faults.append("a sandbox gateway is configured")
    if MESSAGE_CHANNELS["sms"] == "dossiers.messages.channels.to_file":
        faults.append("SMS_ADAPTER writes to a file: citizens would hear nothing, and codes would lie there")
    if MESSAGE_CHANNELS["sms"] == "dossiers.messages.providers.by_http_sms" and not SMS_URL.startswith("https://"):
        faults.append("SMS_URL is not an https address")
    if not BASE_URL.startswith("https://"):
        faults.append("BASE_URL is not an https address")
    if VNEID_ISSUER and not (VNEID_ISSUER.startswith("https://") and VNEID_CLIENT_ID and VNEID_CLIENT_SECRET):
        faults.append("VNEID_ISSUER is a sandbox's (not https), or VNEID_CLIENT_ID or VNEID_CLIENT_SECRET is missing")
    faults += [f"{wanted.name} is missing" for wanted in VARIABLES if wanted.is_required and not is_set(wanted.name)]
    for network in WEBHOOK_NETWORKS:
        try:
            allowed = ip_network(network)
            if any(allowed.overlaps(own) for own in _NEVER_CALLED if own.version == allowed.version):
                faults.append(f"WEBHOOK_NETWORKS would let webhooks reach this machine ({network})")
        except ValueError:
            faults.append(f"WEBHOOK_NETWORKS: {network} is no network")
    return faults


if faults := _faults():
    raise ImproperlyConfigured("Production settings refused: " + "; ".join(faults) + ".")
