"""A load of its own process: posts prepared bodies over kept connections and prints every latency.

`python -m bench.load <port> <rate or 0> <connections> < bodies`, a body a line; rate 0 is as fast as it goes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import cast

HEAD = (
    b"POST /gateways/vnptpay/notify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
)
Work = Iterator[tuple[float, bytes]]


class _Client(asyncio.Protocol):
    """One kept connection: a request, its answer, the next. Lean, because the server pays for what this costs."""

    def __init__(self, work: Work, latencies: list[float], bad: list[str]) -> None:
        self.work, self.latencies, self.bad = work, latencies, bad
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._next()

    def _next(self) -> None:
        due, message = next(self.work, (0.0, b""))
        if not message:
            self.transport.close()
            self.done.set_result(None)
        elif (wait := due - time.monotonic()) > 0:
            asyncio.get_running_loop().call_later(wait, self._send, due, message)
        else:
            self._send(due, message)

    def _send(self, due: float, message: bytes) -> None:
        # Latencies count from the moment a request was due, so a stall is not hidden.
        self.began = due or time.monotonic()
        self.transport.write(message)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        self.latencies.append(time.monotonic() - self.began)
        self.buffer = b""
        if b" 200 " not in head[:20] or b'"00"' not in body:
            self.bad.append(body[:200].decode(errors="replace"))
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


async def main(port: int, rate: float, connections: int) -> None:
    """Post everything, at `rate` a second or (0) as fast as the answers come."""
    bodies = [line.rstrip("\n").encode() for line in sys.stdin]
    messages = [HEAD + str(len(body)).encode() + b"\r\n\r\n" + body for body in bodies]
    loop, latencies, bad = asyncio.get_running_loop(), list[float](), list[str]()
    began = time.monotonic()
    work = iter([(began + number / rate if rate else 0.0, message) for number, message in enumerate(messages)])
    clients = [
        (await loop.create_connection(lambda: _Client(work, latencies, bad), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    measured = {"seconds": time.monotonic() - began, "latencies": latencies, "bad": bad[:3], "bad_count": len(bad)}
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
