"""PostgreSQL, and what lies in it beside the product's own rows: the cache and the sessions."""

from .environment import read

DATABASES = {"default": read("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": read("DATABASE_IS_POOLED"),
    "OPTIONS": {"connect_timeout": 5, "application_name": "motcua"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # In PostgreSQL, because what is counted here must hold without Redis: attempts to sign in, used codes,
    # questions to banks. Never so full that a count is thrown away before its time.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # What may be a quarter of an hour old and must not need Redis.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
}
# Sessions live in PostgreSQL: losing Redis must not sign an officer out in mid-queue.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
