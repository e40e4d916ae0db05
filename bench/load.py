"""A load of its own process: posts prepared bodies over kept connections and prints every latency.

`python -m bench.load <port> <rate or 0> <connections> < bodies`, a body a line; rate 0 is as fast as it goes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

Bodies = asyncio.Queue[tuple[float, bytes]]
PATH = "/gateways/vnptpay/notify"


async def _client(
    port: int, bodies: asyncio.Queue[tuple[float, bytes]], latencies: list[float], bad: list[str]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        due, body = await bodies.get()
        if not body:
            break
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        began = max(due, 0.0) or time.monotonic()
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        header = await reader.readuntil(b"\r\n\r\n")
        length = int(header.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        latencies.append(time.monotonic() - began)
        if b" 200 " not in header[:20] or b'"00"' not in answer:
            bad.append(answer[:200].decode(errors="replace"))
        if b"connection: close" in header.lower():
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def main(port: int, rate: float, connections: int) -> None:
    """Post everything; latencies count from the moment a request was due, so a stall is not hidden."""
    bodies = [line.rstrip("\n").encode() for line in sys.stdin]
    queue: Bodies = asyncio.Queue()
    began = time.monotonic() + 0.2
    for number, body in enumerate(bodies):
        queue.put_nowait((began + number / rate if rate else 0.0, body))
    for _ in range(connections):
        queue.put_nowait((0.0, b""))
    latencies: list[float] = []
    bad: list[str] = []
    await asyncio.gather(*(_client(port, queue, latencies, bad) for _ in range(connections)))
    json.dump(
        {"seconds": time.monotonic() - began, "latencies": latencies, "bad": bad[:3], "bad_count": len(bad)}, sys.stdout
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
