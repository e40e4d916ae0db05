"""The live process as ASGI, on the real broker: what a browser that listens is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from core import live
from portal import asgi

PATIENCE = 10


class Listener:
    """A browser's open stream; `events` are those it has received so far."""

    def __init__(self, topic: str) -> None:
        self.received: asyncio.Queue[str] = asyncio.Queue()
        self._is_gone = asyncio.Event()
        scope = {"type": "http", "path": f"/live/{live.sign_topics([topic])}"}
        self.task = asyncio.create_task(asgi.application(scope, self._receive, self._send))

    async def next_event(self) -> str:
        return await asyncio.wait_for(self.received.get(), PATIENCE)

    async def leave(self) -> None:
        self._is_gone.set()
        await asyncio.wait_for(self.task, PATIENCE)

    async def _receive(self) -> dict[str, Any]:
        await self._is_gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        for line in message.get("body", b"").decode().splitlines():
            if line.startswith("event: "):
                self.received.put_nowait(line.removeprefix("event: "))


async def _while_running(act: Callable[[], Awaitable[None]]) -> None:
    """Run the process's lifespan around `act`."""
    orders: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    answers: asyncio.Queue[str] = asyncio.Queue()

    async def send(message: dict[str, Any]) -> None:
        answers.put_nowait(message["type"])

    orders.put_nowait({"type": "lifespan.startup"})
    process = asyncio.create_task(asgi.application({"type": "lifespan"}, orders.get, send))
    assert await asyncio.wait_for(answers.get(), PATIENCE) == "lifespan.startup.complete"
    await act()
    orders.put_nowait({"type": "lifespan.shutdown"})
    await asyncio.wait_for(process, PATIENCE)


async def _publish_until(listener: Listener, topic: str, wanted: str) -> None:
    """Publish as often as it takes: the relay may not have subscribed yet."""
    for _ in range(100):
        await asyncio.to_thread(live.publish, [topic])
        await asyncio.sleep(0.05)
        while not listener.received.empty():
            if await listener.next_event() == wanted:
                return
    raise AssertionError(f"{wanted} never came")


def test_every_connection_begins_by_telling_the_page_to_fetch_its_state() -> None:
    async def act() -> None:
        for _ in range(2):
            listener = Listener("a-bill")
            assert await listener.next_event() == "resync"
            await listener.leave()

    asyncio.run(_while_running(act))


def test_a_change_reaches_who_listens_to_its_topic_and_nobody_else() -> None:
    async def act() -> None:
        listener, other = Listener("a-bill"), Listener("another-bill")
        assert await other.next_event() == "resync"
        await _publish_until(listener, "a-bill", "change")
        await listener.leave()
        await other.leave()
        assert "change" not in [other.received.get_nowait() for _ in range(other.received.qsize())]

    asyncio.run(_while_running(act))


def test_the_stream_is_refused_to_a_forged_topic() -> None:
    sent: list[dict[str, Any]] = []

    async def act() -> None:
        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "path": "/live/a-bill:forged:signature"}
        await asgi.application(scope, asyncio.Queue().get, send)

    asyncio.run(act())
    assert sent[0]["status"] == 403
