"""Live events for screens by Redis PUBLISH. A lost event delays a screen by a few seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import lru_cache

import redis
from django.conf import settings
from django.core import signing

logger = logging.getLogger(__name__)

CHANNEL = "live:"
SALT = "live"
#: A stream's address is valid for two to three of these periods (seconds) and the same within one, so that a part
#: of a page that has its own is not another one at every look.
PERIOD = 6 * 3600
SILENCE_SECONDS = 5.0
_silent_until = 0.0
#: One command however many topics: a batch settles a thousand bills.
_PUBLISH = "for i = 2, #ARGV do redis.call('PUBLISH', ARGV[1] .. ARGV[i], 'change') end"


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2, retry=None)


def publish(topics: Iterable[str]) -> None:
    """Announce a change of each topic (a bill's token). Never raises, costs at most half a second."""
    global _silent_until
    names = list(topics)
    if not names or time.monotonic() < _silent_until:
        return
    try:
        _redis().eval(_PUBLISH, 0, CHANNEL, *names)
    except Exception as error:  # screens then poll; the money is booked already
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("live events are silent for %.0f s: %s", SILENCE_SECONDS, error)


def stream_url(topics: Iterable[str]) -> str:
    """Return where a browser hears of a change of any of these topics; "" where none, or no live process, is."""
    listed = list(topics)
    return f"{settings.LIVE_URL}/live/{sign_topics(listed)}" if settings.LIVE_URL and listed else ""


def sign_topics(topics: Iterable[str]) -> str:
    """Return what a browser needs to listen to these topics and to no other."""
    return signing.Signer(salt=SALT).sign_object([_period(), *topics], compress=True)


def read_topics(signed: str) -> list[str]:
    """Return the topics. Raises django.core.signing.BadSignature when forged or too old."""
    period, *rest = signing.Signer(salt=SALT).unsign_object(signed)
    if not 0 <= _period() - period <= 2:
        raise signing.SignatureExpired("a page that was open for too long")
    return [str(topic) for topic in rest]


def _period() -> int:
    return int(time.time() // PERIOD)
