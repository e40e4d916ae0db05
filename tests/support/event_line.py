"""A line between browsers and the live process that can be held, cut, slow, or deliver everything twice."""

from __future__ import annotations

import asyncio
import contextlib
import threading

LOCALHOST = "127.0.0.1"
#: Seconds by which a slow line holds back each event.
LATE_SECONDS = 0.3


class EventLine:
    """Passes what comes to its own `port` of 127.0.0.1 on to `target`. Safe to order about from any thread."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, 0
        self.is_slow = self.is_doubled = False
        self._is_cut = False
        self._lines: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._is_listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event line", daemon=True)

    def start(self) -> None:
        """Return when it listens. Raises TimeoutError."""
        self._thread.start()
        if not self._is_listening.wait(5):
            raise TimeoutError("the event line does not listen")

    def stop(self) -> None:
        """Cut everything and end."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def hold_new_connections(self) -> None:
        """Let whoever connects wait until `restore`: the live process does not hear of them before."""
        self._loop.call_soon_threadsafe(self._is_open.clear)

    def cut(self) -> None:
        """End every connection, and every new one at once, until `restore`."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(lambda: [line.cancel() for line in self._lines])

    def restore(self) -> None:
        """Let everything pass, at once and once."""
        self.is_slow = self.is_doubled = self._is_cut = False
        self._loop.call_soon_threadsafe(self._is_open.set)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, LOCALHOST, 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._is_listening.set()
        self._loop.run_forever()

    async def _end(self) -> None:
        self._server.close()
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line
        self._lines.add(line)
        try:
            await self._is_open.wait()
            if not self._is_cut:
                await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass  # either side is gone, or the line was cut
        finally:
            self._lines.discard(line)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, to_upstream = await asyncio.open_connection(LOCALHOST, self.target)
        # As HTTP/1.0 the answer comes without the frames of chunks: blocks can be repeated and put in between.
        to_upstream.write((await reader.readuntil(b"\r\n\r\n")).replace(b" HTTP/1.1", b" HTTP/1.0", 1))
        gone = asyncio.create_task(reader.read())
        gone.add_done_callback(lambda _: to_upstream.transport.abort())
        try:
            writer.write(await upstream.readuntil(b"\r\n\r\n"))
            while block := await upstream.readuntil(b"\n\n"):
                await self._pass_on(block, writer)
        finally:
            gone.cancel()
            to_upstream.transport.abort()
            with contextlib.suppress(asyncio.CancelledError):
                await gone

    async def _pass_on(self, block: bytes, writer: asyncio.StreamWriter) -> None:
        if self.is_slow:
            await asyncio.sleep(LATE_SECONDS)
        writer.write(block * 2 if self.is_doubled else block)
        await writer.drain()
