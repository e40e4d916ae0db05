"""Settings shared by every environment. Its variables are declared in `environment.py`."""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.templatetags.static import static

from .environment import read

BASE_DIR = Path(__file__).resolve().parent.parent.parent
#: The agencies, procedures, fees and postal rates that `manage.py demo` and an installation load.
PROVINCE_DATA = BASE_DIR / "data" / "phu_tho"
#: Stands in pyproject.toml and nowhere else.
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

SECRET_KEY = read("SECRET_KEY")
SECRET_KEY_FALLBACKS = read("SECRET_KEY_FALLBACKS")
FIELD_ENCRYPTION_KEYS = read("FIELD_ENCRYPTION_KEYS")
DEBUG = False
ALLOWED_HOSTS = read("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS")
BASE_URL = read("BASE_URL")
LIVE_URL = read("LIVE_URL")
TRUSTED_PROXY_COUNT = read("TRUSTED_PROXY_COUNT")
METRICS_TOKEN = read("METRICS_TOKEN")
WEBHOOK_NETWORKS = read("WEBHOOK_NETWORKS")
WEBHOOK_HTTPS_ONLY = True
SANDBOX_CONFIG = read("SANDBOX_CONFIG")
IS_SANDBOX = read("SANDBOX_MODE")
VNEID_ISSUER = read("VNEID_ISSUER").rstrip("/")
VNEID_CLIENT_ID = read("VNEID_CLIENT_ID")
VNEID_CLIENT_SECRET = read("VNEID_CLIENT_SECRET")
VNEID_IDENTITY_CLAIM = read("VNEID_IDENTITY_CLAIM")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "portal.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "agencies",
    "procedures",
    "payments",
    "dossiers",
    "portal",
    "portal.accounts.vneid",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.BankShortcutMiddleware",
    "portal.incoming.input_checks.ProblemDocumentsMiddleware",
    "portal.incoming.input_checks.InputChecksMiddleware",
    "portal.middleware.PlainMethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.AdminPolicyMiddleware",
    "portal.middleware.BrowserFeaturesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.ChosenLanguageMiddleware",
    "portal.middleware.DatabaseAwayMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.staff.StaffMiddleware",
    "portal.administration.read_only.middleware.ReadOnlyMiddleware",
]

ROOT_URLCONF = "portal.urls"
#: Modules of addresses that an environment adds to those of the site.
EXTRA_ADDRESSES: list[str] = []
WSGI_APPLICATION = "portal.wsgi.application"
# A bank that posts without the slash must never be sent away with a redirect.
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.context.site",
            ],
        },
    }
]

DATABASES = {"default": read("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": read("DATABASE_IS_POOLED"),
    "OPTIONS": {"connect_timeout": 5, "application_name": "motcua"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = read("REDIS_URL")
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

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "agencies.authorization.RoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/quay/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "portal.accounts.vneid.adapter.CitizenAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "vneid": {
        "APPS": [
            {
                "provider_id": "vneid",
                "name": "VNeID",
                "client_id": VNEID_CLIENT_ID,
                "secret": VNEID_CLIENT_SECRET,
                "settings": {"server_url": VNEID_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if VNEID_ISSUER
        else []
    }
}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Only wrong passwords are limited (portal/accounts/adapter.py): at half past seven a whole office signs in at once.
ACCOUNT_RATE_LIMITS = {"login": None}
MFA_TOTP_ISSUER = "Một Cửa Pay"
# Who types slowly, or whose phone is half a minute off, is let in (RFC 6238 5.2); a code still works once.
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A passkey is both factors only because it asks for finger, face or PIN each time: a found one opens nothing.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_PASSKEY_LOGIN_ENABLED = True
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.SignIn",
    "change_password": "portal.accounts.forms.NewPassword",
    "reauthenticate": "portal.accounts.forms.PasswordAgain",
    "reset_password": "portal.accounts.forms.LostPassword",
    "reset_password_from_key": "portal.accounts.forms.PasswordByLetter",
}
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.CodeAtSignIn",
    "reauthenticate": "portal.accounts.forms.CodeAgain",
    "activate_totp": "portal.accounts.forms.FirstCode",
    "edit_webauthn": "portal.accounts.forms.KeyName",
    "login_webauthn": "portal.accounts.passkeys.SignInForm",
    "authenticate_webauthn": "portal.accounts.passkeys.SecondStepForm",
    "reauthenticate_webauthn": "portal.accounts.passkeys.ProveAgainForm",
    "add_webauthn": "portal.accounts.passkeys.EnrolForm",
}
# Whoever holds a role works with a second factor only; not a matter of the environment.
STAFF_MFA_REQUIRED = True
# A letter to whoever somebody typed would be spam; the page says the same either way.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Whoever proves a change of password was not them ends all sessions with it.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
# Django's Vietnamese formats name the separator but no grouping.
NUMBER_GROUPING = 3

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "portal.assets.stylesheets.StylesheetFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
#: Where style sheets are joined (portal/assets/stylesheets.py).
BUNDLES_ROOT = BASE_DIR / ".local" / "bundles"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = Path(read("MEDIA_ROOT") or BASE_DIR / ".local" / "media")
MESSAGE_CHANNELS = {"sms": read("SMS_ADAPTER"), "email": read("EMAIL_ADAPTER"), "zalo": read("ZALO_ADAPTER")}
SMS_URL, SMS_TOKEN = read("SMS_URL"), read("SMS_TOKEN")
ZALO_URL, ZALO_TOKEN, ZALO_TEMPLATE = read("ZALO_URL"), read("ZALO_TOKEN"), read("ZALO_TEMPLATE")
vars().update(read("EMAIL_URL"))
EMAIL_TIMEOUT = 8
DEFAULT_FROM_EMAIL = read("EMAIL_FROM")
MESSAGE_FILE = Path(read("MESSAGE_FILE") or BASE_DIR / ".local" / "messages.jsonl")
CLAMAV_SOCKET = read("CLAMAV_SOCKET")
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# The longest fee schedule of the province is a form of 250 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

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
            *read("CSP_FORM_ACTION"),
            *(["{0.scheme}://{0.netloc}".format(urlsplit(VNEID_ISSUER))] if VNEID_ISSUER else []),
        ],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["payments.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["payments.api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "payments.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Một Cửa Pay – bills API",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Two things of the API are called kind.
    "ENUM_NAME_OVERRIDES": {
        "FeeKindEnum": "payments.models.bills.FeeKind",
        "WebhookKindEnum": "payments.models.clients.WebhookKind",
    },
}

# Celery only wakes workers. Why each value: docs/reference/celery-and-redis.md.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
# KiB: a child that has grown beyond it ends after its task, and another takes its place.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "retry_on_timeout": False,
    "health_check_interval": 25,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "portal.logs.OneLine", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": read("LOG_LEVEL")},
    # Forty lines a receipt, with the letters of who paid; pieces of a damaged paper.
    "loggers": {"fontTools": {"level": "WARNING"}, "pikepdf": {"level": "CRITICAL"}},
}

UNFOLD = {
    "SITE_TITLE": "Một Cửa Pay",
    "SITE_HEADER": "Một Cửa Pay",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "STYLES": [lambda request: static("css/bundles/administration.css")],
    "SCRIPTS": [lambda request: static("js/names.js")],
    # The product's own teal (static/css/base/tokens.css), light to dark; the theme's is purple.
    "COLORS": {
        "primary": {
            "50": "#eef6f8",
            "100": "#d5e8ed",
            "200": "#abd2dc",
            "300": "#78b5c5",
            "400": "#3f93a8",
            "500": "#0b7891",
            "600": "#00566b",
            "700": "#004759",
            "800": "#003746",
            "900": "#002834",
            "950": "#001a22",
        }
    },
    "DASHBOARD_CALLBACK": "portal.administration.dashboard.show",
    "SIDEBAR": {"navigation": "portal.administration.navigation.navigation"},
}

# Where the pay page of the demo opens the bank's app; empty in production.
SANDBOX_APP_URL = read("SANDBOX_APP_URL")
