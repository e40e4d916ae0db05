"""What the installation is: its folder and version, its addresses, its languages, sandbox or not."""

import tomllib
from pathlib import Path

from .environment import read

BASE_DIR = Path(__file__).resolve().parent.parent.parent
#: The agencies, procedures, fees and postal rates that `make demo` and an installation load.
PROVINCE_DATA = BASE_DIR / "data" / "phu_tho"
#: Declared in pyproject.toml and nowhere else.
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

BASE_URL = read("BASE_URL")
LIVE_URL = read("LIVE_URL")

SANDBOX_CONFIG = read("SANDBOX_CONFIG")
IS_SANDBOX = read("SANDBOX_MODE")
# Where the pay page of the demo opens the bank's app; empty in production.
SANDBOX_APP_URL = read("SANDBOX_APP_URL")

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
# Django's Vietnamese formats name the separator but no grouping.
NUMBER_GROUPING = 3
FORMAT_MODULE_PATH = "portal.formats"
