"""The live process: `uvicorn portal.asgi:application`. Server-sent events without database or session.

`GET /live/<signed topics>` streams `change` whenever one of them changes. What changed before a browser
listened, or while Redis was away, has no event any more: `resync` makes it fetch its state again,
first on every connection and after every outage. One subscription to Redis serves the whole process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio
from django.conf import settings
from django.core import signing
from django.utils.log import configure_logging

from core.live import CHANNEL, read_topics

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
# Settings and logging are all of Django it needs: with the apps it would hold three times the memory.
configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
MAX_LISTENERS = 5000
#: Browsers cut off together (a restart) come back spread over this span, in milliseconds.
RETRY_MS = (1000, 3000)
Send = Callable[[dict[str, Any]], Awaitable[None]]

_connections: set[asyncio.Queue[str]] = set()
_listeners: dict[str, set[asyncio.Queue[str]]] = defaultdict(set)


async def application(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Plain ASGI: lifespan, health and the stream."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope["path"], receive, send)


async def _lifespan(receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    await receive()
    relay = asyncio.create_task(_relay())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    relay.cancel()
    _tell_everybody("")
    await send({"type": "lifespan.shutdown.complete"})


async def _relay() -> None:
    """Pass every message of Redis on to those who listen to its topic; come back after an outage."""
    while True:
        try:
            client = redis.asyncio.Redis.from_url(settings.REDIS_URL, health_check_interval=10)
            async with client.pubsub() as channel:
                await channel.psubscribe(CHANNEL + "*")
                async for message in channel.listen():
                    if message["type"] == "psubscribe":  # from here on nothing is missed
                        _tell_everybody("resync")
                    elif message["type"] == "pmessage":
                        topic = message["channel"].decode().removeprefix(CHANNEL)
                        for queue in _listeners.get(topic, ()):
                            queue.put_nowait("change")
        except (redis.RedisError, OSError) as error:
            logger.warning("redis is away: %s", error)
            await asyncio.sleep(1)


def _tell_everybody(event: str) -> None:
    """Queue an event for every connection; "" ends it."""
    for queue in _connections:
        queue.put_nowait(event)


async def _http(path: str, receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    if path == "/health/live":
        await _answer(send, 200, b"ok")
        return
    try:
        topics = read_topics(path.removeprefix("/live/"))
    except signing.BadSignature:
        await _answer(send, 403, b"This address is not valid any more: reload the page.")
        return
    if len(_connections) >= MAX_LISTENERS:
        await _answer(send, 503, b"Too many listeners; the page polls instead.")
        return
    await _stream(topics, receive, send)


async def _stream(topics: list[str], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Send events until either side ends. The listener is registered before `resync` makes the browser fetch."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    _connections.add(queue)
    for topic in topics:
        _listeners[topic].add(queue)
    queue.put_nowait("resync")
    gone = asyncio.create_task(_gone(receive))
    gone.add_done_callback(lambda _: queue.put_nowait(""))
    try:
        await _start(send, 200, b"text/event-stream")
        retry = random.randint(*RETRY_MS)  # noqa: S311 - jitter
        await send({"type": "http.response.body", "body": b"retry: %d\n\n" % retry, "more_body": True})
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                event = "heartbeat"
            if not event:
                break
            text = f"event: {event}\ndata: {{}}\n\n" if event != "heartbeat" else ": heartbeat\n\n"
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        _connections.discard(queue)
        for topic in topics:
            _listeners[topic].discard(queue)
            if not _listeners[topic]:
                del _listeners[topic]
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _gone(receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send, status: int, content_type: bytes) -> None:
    headers = [
        (b"content-type", content_type),
        (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", settings.BASE_URL.encode()),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _answer(send: Send, status: int, body: bytes) -> None:
    await _start(send, status, b"text/plain; charset=utf-8")
    await send({"type": "http.response.body", "body": body})
