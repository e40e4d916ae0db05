"""Static files, uploads, and who may read them on disk."""

from pathlib import Path
from typing import Any

from .environment import read
from .site import BASE_DIR

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
CLAMAV_SOCKET = read("CLAMAV_SOCKET")
# What people upload is read by the processes alone. Static files are collected at a release, perhaps by another
# user than the one that serves them: everybody may read them.
FILE_UPLOAD_PERMISSIONS = 0o600
STATIC_PERMISSIONS = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "OPTIONS": STATIC_PERMISSIONS,
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# The longest fee schedule of the province is a form of 250 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
