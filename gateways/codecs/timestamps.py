"""Time stamps of banks' protocols: yyyyMMddHHmmss in Vietnamese time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

#: Every stamp of these protocols is Vietnamese local time; the country has no summer time.
VIETNAM = timezone(timedelta(hours=7))
_STAMP = "%Y%m%d%H%M%S"


def format_timestamp(moment: datetime) -> str:
    """Return an aware time as yyyyMMddHHmmss, GMT+7. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(VIETNAM).strftime(_STAMP)


def parse_timestamp(text: str, pattern: str = _STAMP) -> datetime | None:
    """Return the aware time of a GMT+7 stamp, or None when it is none."""
    if pattern == _STAMP and not re.fullmatch(r"[0-9]{14}", text):
        return None
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=VIETNAM)
    except ValueError:
        return None
