"""Settings of production that pass."""

from __future__ import annotations

GOOD = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.production",
    "SECRET_KEY": "qz7" * 20 + "Xk2-9d_LmPw",
    "TRUSTED_PROXY_COUNT": "1",
    "FIELD_ENCRYPTION_KEYS": "c2l4dGVlbi1ieXRlcy1vci1tb3JlLTMyYnl0ZXMhISE=",
    "ALLOWED_HOSTS": "dvc.example.gov.vn",
    "BASE_URL": "https://dvc.example.gov.vn",
    "SMS_ADAPTER": "dossiers.messages.providers.by_http_sms",
    "SMS_URL": "https://sms.example.vn/send",
}
