"""Settings shared by every environment, one file a subject. Variables are declared in `environment.py`."""

from .accounts import *  # noqa: F403
from .administration import *  # noqa: F403
from .api import *  # noqa: F403
from .background import *  # noqa: F403
from .database import *  # noqa: F403
from .files import *  # noqa: F403
from .logs import *  # noqa: F403
from .messages import *  # noqa: F403
from .security import *  # noqa: F403
from .site import *  # noqa: F403
from .site import BASE_DIR

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
    "portal.middleware.room_middleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.BankShortcutMiddleware",
    "portal.incoming.problem_documents.ProblemDocumentsMiddleware",
    "portal.incoming.input_checks.InputChecksMiddleware",
    "portal.middleware.PlainMethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.PayPagesPolicyMiddleware",
    "portal.middleware.AdminPolicyMiddleware",
    "portal.middleware.BrowserFeaturesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.ChosenLanguageMiddleware",
    "portal.middleware.DatabaseAwayMiddleware",
    "portal.incoming.duplicates.DuplicatesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.staff.StaffMiddleware",
    "portal.shared_computer_views.SharedComputerMiddleware",
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
