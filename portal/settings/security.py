"""Keys, hosts, cookies, what browsers may load, and whom our own requests may reach."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from .accounts import VNEID_ISSUER
from .environment import read
from .site import LIVE_URL

SECRET_KEY = read("SECRET_KEY")
SECRET_KEY_FALLBACKS = read("SECRET_KEY_FALLBACKS")
FIELD_ENCRYPTION_KEYS = read("FIELD_ENCRYPTION_KEYS")
DEBUG = False
ALLOWED_HOSTS = read("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXY_COUNT = read("TRUSTED_PROXY_COUNT")
SECURITY_CONTACT = read("SECURITY_CONTACT")
METRICS_TOKEN = read("METRICS_TOKEN")
WEBHOOK_NETWORKS = read("WEBHOOK_NETWORKS")
#: Whether http://127.0.0.1 may receive webhooks: the demo and tests, where receiver and portal are one machine.
WEBHOOK_TO_THIS_MACHINE = False

#: Beside what the contracts with gateways name (`payments/merchants/page_origins.py`).
FORM_ACTION_ORIGINS = read("CSP_FORM_ACTION")

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, *([LIVE_URL] if LIVE_URL else [])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": "/bao-vi-pham-csp/",
        # Browsers hold the redirect after a form to this, too: the sign-in begins with one.
        "form-action": [
            SELF,
            *FORM_ACTION_ORIGINS,
            *(["{0.scheme}://{0.netloc}".format(urlsplit(VNEID_ISSUER))] if VNEID_ISSUER else []),
        ],
    }
}
