"""Letters, text messages and Zalo: which adapter sends each, and with what."""

from pathlib import Path

from .environment import read
from .site import BASE_DIR

MESSAGE_CHANNELS = {"sms": read("SMS_ADAPTER"), "email": read("EMAIL_ADAPTER"), "zalo": read("ZALO_ADAPTER")}
SMS_URL, SMS_TOKEN = read("SMS_URL"), read("SMS_TOKEN")
ZALO_URL, ZALO_TOKEN, ZALO_TEMPLATE = read("ZALO_URL"), read("ZALO_TOKEN"), read("ZALO_TEMPLATE")
vars().update(read("EMAIL_URL"))
EMAIL_TIMEOUT = 8
DEFAULT_FROM_EMAIL = read("EMAIL_FROM")
MESSAGE_FILE = Path(read("MESSAGE_FILE") or BASE_DIR / ".local" / "messages.jsonl")
