"""The demo and a developer's machine: real servers, sandbox banks, plain HTTP on 127.0.0.1."""

from .base import *  # noqa: F403
from .base import env

SECRET_KEY = env.str("SECRET_KEY", default="dev-only-" + "k" * 50)
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=["ZGV2LW9ubHktZmllbGQta2V5LTAwMDAwMDAwMDAwMDA="])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
IS_SANDBOX = env.bool("SANDBOX_MODE", default=True)
WHITENOISE_USE_FINDERS = True
WEBHOOK_HTTPS_ONLY = False
WEBHOOK_NETWORKS = env.list("WEBHOOK_NETWORKS", default=["127.0.0.0/8"])
