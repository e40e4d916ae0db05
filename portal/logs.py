"""Log formatter that prevents log injection (S-71)."""

from __future__ import annotations

import logging


class OneLine(logging.Formatter):
    """Writes line ends inside a message as the two signs \\n; a traceback below it keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)
