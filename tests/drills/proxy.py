"""A TCP proxy that delays, loses and cuts on order, and notes how long the first answer of a connection took."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass

from devtools.processes import LOCALHOST

#: A simple query of PostgreSQL's protocol: its type, its length, its text.
_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CHUNK = 64 * 1024


@dataclass
class Rules:
    """What goes wrong from now on; shares are between 0 and 1, of each chunk or COMMIT that passes."""

    delay_seconds: float = 0.0
    reset_share: float = 0.0
    cut_commit_share: float = 0.0
    lose_answer_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """The first question and answer of one connection: seconds between them, and how the answer began."""

    seconds: float
    answer: bytes


class _Link:
    """One connection and its other half."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.asked_at: float | None = None
        self.is_noted = False
        self.is_answer_lost = False

    def cut(self) -> None:
        """Reset both halves, as a firewall that forgot the connection would."""
        for writer in (self.client, self.server):
            raw_socket: socket.socket | None = writer.get_extra_info("socket")
            if raw_socket is not None and raw_socket.fileno() >= 0:
                raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()


class Proxy:
    """Listens on `port` of 127.0.0.1 and passes on to `target`. Change `rules` at any time."""

    def __init__(self, port: int, target: int, seed: int) -> None:
        self.port, self.target = port, target
        self.rules = Rules()
        self.cuts = 0
        self.exchanges: list[Exchange] = []
        self._random = random.Random(seed)
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._is_listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy-{port}", daemon=True)

    def start(self) -> None:
        """Return when it listens. Raises TimeoutError."""
        self._thread.start()
        if not self._is_listening.wait(5):
            raise TimeoutError(f"the proxy does not listen on port {self.port}")

    def stop(self) -> None:
        """Cut everything and end; what never began has nothing to end."""
        if not self._thread.is_alive():
            return
        self.cut_all()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def cut_all(self) -> None:
        """Reset every connection there is."""
        self._loop.call_soon_threadsafe(self._cut_links)

    def take_exchanges(self) -> list[Exchange]:
        """Return the exchanges noted since the last call."""
        taken, self.exchanges = self.exchanges, []
        return taken

    def _cut_links(self) -> None:
        for link in list(self._links):
            link.cut()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, LOCALHOST, self.port))
        self._is_listening.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(LOCALHOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, server_writer)
        self._links.add(link)
        try:
            await asyncio.gather(self._ask(reader, link), self._answer(server_reader, link))
        finally:
            self._links.discard(link)

    async def _ask(self, reader: asyncio.StreamReader, link: _Link) -> None:
        while chunk := await self._read(reader, link):
            link.asked_at = link.asked_at or time.monotonic()
            if chunk == _COMMIT and self._happens(self.rules.cut_commit_share):
                self.cuts += 1
                if self._happens(0.5):
                    link.cut()
                    return
                link.is_answer_lost = True  # it is committed, and nobody will say so
            await self._pass_on(chunk, link.server, link)
        _close(link.server)

    async def _answer(self, reader: asyncio.StreamReader, link: _Link) -> None:
        while chunk := await self._read(reader, link):
            if link.is_answer_lost or self._happens(self.rules.lose_answer_share):
                self.cuts += not link.is_answer_lost
                link.cut()
                return
            if link.asked_at is not None and not link.is_noted:
                link.is_noted = True
                self.exchanges.append(Exchange(time.monotonic() - link.asked_at, chunk[:16]))
            await self._pass_on(chunk, link.client, link)
        _close(link.client)

    async def _read(self, reader: asyncio.StreamReader, link: _Link) -> bytes:
        try:
            chunk = await reader.read(_CHUNK)
        except OSError:
            link.cut()
            return b""
        if chunk and self._happens(self.rules.reset_share):
            self.cuts += 1
            link.cut()
            return b""
        return chunk

    async def _pass_on(self, chunk: bytes, writer: asyncio.StreamWriter, link: _Link) -> None:
        if self.rules.delay_seconds:
            await asyncio.sleep(self._random.uniform(0, self.rules.delay_seconds))
        try:
            writer.write(chunk)
            await writer.drain()
        except OSError:
            link.cut()

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share


def _close(writer: asyncio.StreamWriter) -> None:
    if not writer.transport.is_closing():
        writer.close()
