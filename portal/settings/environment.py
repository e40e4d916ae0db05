"""Every variable of the environment, declared once: name, type, default and meaning.

`manage.py settings_table` writes the table of docs/operations.md from here. A value that
cannot be read stops the process: a mistyped switch must not silently mean "off".
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off", "")


def switch(value: str) -> bool:
    """on or off."""
    if value.lower() not in _ON + _OFF:
        raise ValueError("must be one of " + ", ".join(filter(None, _ON + _OFF)))
    return value.lower() in _ON


def listed(value: str) -> list[str]:
    """a, b, c."""
    return [part.strip() for part in value.split(",") if part.strip()]


def database(value: str) -> dict[str, Any]:
    """postgres://user:password@host:port/name."""
    options: dict[str, Any] = environ.Env.db_url_config(value)
    if options.get("ENGINE") != "django.db.backends.postgresql":
        raise ValueError("must begin with postgres://")
    return options


def mail_server(value: str) -> dict[str, Any]:
    """smtp+tls://user:password@host:587."""
    options: dict[str, Any] = environ.Env.email_url_config(value)
    return options


def socket_address(value: str) -> str | tuple[str, int] | None:
    """/run/a.sock or host:port; nothing for none."""
    if not value or value.startswith("/"):
        return value or None
    host, _colon, port = value.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("must be /path/of/a/socket or host:port")
    return host, int(port)


#: What a type is called in the table.
TYPE_NAMES: dict[Callable[[str], Any], str] = {
    str: "text",
    int: "number",
    switch: "on/off",
    listed: "list (a,b)",
    database: "address",
    mail_server: "address",
    socket_address: "socket",
}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `default` is written as in the environment."""

    name: str
    type: Callable[[str], Any]
    meaning: str
    default: str = ""
    is_required: bool = False


VARIABLES = (
    Variable("SECRET_KEY", str, "Signs sessions and links; 50 random characters or more", is_required=True),
    Variable("SECRET_KEY_FALLBACKS", listed, "Earlier keys whose signatures still count"),
    Variable(
        "FIELD_ENCRYPTION_KEYS",
        listed,
        "Fernet keys for merchant secrets and the like: the first encrypts, all decrypt",
        is_required=True,
    ),
    Variable("ALLOWED_HOSTS", listed, "Host names the portal answers to; never *", is_required=True),
    Variable("BASE_URL", str, "The portal's public address, https", "http://127.0.0.1:8000", is_required=True),
    Variable("DATABASE_URL", database, "PostgreSQL", "postgres://motcua@127.0.0.1:5432/motcua", is_required=True),
    Variable("DATABASE_IS_POOLED", switch, "A pgbouncer in transaction mode stands in front of PostgreSQL", "off"),
    Variable("REDIS_URL", str, "Redis or Valkey: wake-ups, live events, cache", "redis://127.0.0.1:6379/0", True),
    Variable("LIVE_URL", str, "Public address of the live process when it is not BASE_URL's host"),
    Variable("CSRF_TRUSTED_ORIGINS", listed, "Other https origins whose forms are accepted"),
    Variable(
        "CSP_FORM_ACTION",
        listed,
        "Origins a form may lead to, beside the pages that contracts with gateways name",
    ),
    Variable(
        "TRUSTED_PROXY_COUNT",
        int,
        "Proxies of ours in front: so much of X-Forwarded-For, and of any the X-Forwarded-Proto, is believed",
        "0",
        is_required=True,
    ),
    Variable("SECURE_SSL_REDIRECT", switch, "Lead http to https (not for gateways, API, health)", "on"),
    Variable("METRICS_TOKEN", str, "Lets another machine read /metrics; empty: only this machine may"),
    Variable(
        "SECURITY_CONTACT",
        listed,
        "Whom to tell of a weakness, as security.txt writes it (mailto:…, https://…); empty: the hotline",
    ),
    Variable("WEBHOOK_NETWORKS", listed, "Networks of ours (CIDR) that webhooks may reach beside public addresses"),
    Variable("MEDIA_ROOT", str, "Folder of uploads and bank files; empty: .local/media"),
    Variable("CLAMAV_SOCKET", socket_address, "clamd that looks at papers, /path or host:port; empty: none is asked"),
    Variable(
        "SMS_ADAPTER", str, "What sends a text to a phone, as a Python path", "dossiers.messages.channels.to_file"
    ),
    Variable("EMAIL_ADAPTER", str, "What sends an e-mail, as a Python path", "dossiers.messages.channels.by_mail"),
    Variable("ZALO_ADAPTER", str, "What sends a Zalo message, as a Python path", "dossiers.messages.channels.to_file"),
    Variable("SMS_URL", str, "Where dossiers.messages.providers.by_http_sms sends, https"),
    Variable("SMS_TOKEN", str, "Its bearer token"),
    Variable("ZALO_URL", str, "Zalo ZNS", "https://business.openapi.zalo.me/message/template"),
    Variable("ZALO_TOKEN", str, "Its access token"),
    Variable("ZALO_TEMPLATE", str, "Its template, with one parameter noi_dung"),
    Variable("EMAIL_URL", mail_server, "Mail server: smtp+tls://user:password@host:587", "smtp://127.0.0.1:25"),
    Variable("EMAIL_FROM", str, "Whom letters come from", "Mot Cua Pay <khong-tra-loi@localhost>"),
    Variable("MESSAGE_FILE", str, "Where the adapter `to_file` writes; empty: .local/messages.jsonl"),
    Variable("LOG_LEVEL", str, "DEBUG, INFO, WARNING or ERROR", "INFO"),
    Variable("VNEID_ISSUER", str, "Address of the state's OpenID provider, https; empty: citizens have no sign-in"),
    Variable("VNEID_CLIENT_ID", str, "Our name at that provider"),
    Variable("VNEID_CLIENT_SECRET", str, "Our secret at that provider"),
    Variable("VNEID_SCOPE", listed, "What the provider is asked for", "openid,profile,email,phone"),
    Variable("VNEID_IDENTITY_CLAIM", str, "What the provider calls the căn cước number", "identity_number"),
    Variable("VNEID_NAME_CLAIM", str, "What it calls the full name", "name"),
    Variable("VNEID_PHONE_CLAIM", str, "What it calls the telephone number", "phone_number"),
    Variable("VNEID_EMAIL_CLAIM", str, "What it calls the e-mail address", "email"),
    Variable("DEBUG", switch, "Development only; refused in production", "off"),
    Variable("SANDBOX_MODE", switch, "Sandbox banks; refused in production", "off"),
    Variable("SANDBOX_CONFIG", str, "File with the sandbox banks' side; refused in production"),
    Variable("SANDBOX_APP_URL", str, "Where the demo's pay page opens the bank's app"),
)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


def read(name: str, default: str | None = None) -> Any:
    """Return a declared variable in its type. `default` takes the place of the declared one.

    Raises ImproperlyConfigured when the value cannot be read, KeyError when it is not declared.
    """
    variable = _BY_NAME[name]
    text = os.environ.get(name, variable.default if default is None else default)
    try:
        return variable.type(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def is_set(name: str) -> bool:
    """Tell whether a declared variable was given, and not as an empty text."""
    return bool(os.environ.get(_BY_NAME[name].name))
