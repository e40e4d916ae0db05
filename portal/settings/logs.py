"""Logs: one line a record, on standard error."""

from .environment import read

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
