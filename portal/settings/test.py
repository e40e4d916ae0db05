"""The test suite: as the demo, with cheap password hashes."""

import os

from .dev import *  # noqa: F403
from .dev import DATABASES

# Migrated once for all workers (tests/support/servers.py).
DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ.get("TEST_TEMPLATE") or None}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests sign in without the page (`force_login`); those of the rule itself switch it on.
STAFF_MFA_REQUIRED = False
# Looks a file up when it is asked for, instead of listing all of them for each test's client.
WHITENOISE_AUTOREFRESH = True
