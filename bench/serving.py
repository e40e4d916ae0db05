"""Callbacks over real HTTP: how fast they are answered, settled, and seen on a screen."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.live import sign_topics
from devtools.processes import LOCALHOST, Child, free_port
from devtools.stack import ROOT
from gateways.vnptpay import messages
from payments.models import Notification
from payments.settlement import ledger_check

from .measuring import five_steps_per_second, percentile
from .seeding import CONTRACT, Field

STEADY_SECONDS = 15
SUSTAINED = 12_000
SCREENS = 500
DEAD_REDIS = "redis://127.0.0.1:1/0"


def run(field: Field) -> dict[str, float]:
    """Return latencies in milliseconds and rates per second; stops when anything is left unsettled."""
    figures: dict[str, float] = {}
    with portal() as (web, live):
        post(field, web, 200, rate=100)  # warm
        figures["ack_p99_ms_at_200"] = milliseconds(post(field, web, 200 * STEADY_SECONDS, rate=200), 0.99)
        figures["to_screen_p95_ms_at_100"] = asyncio.run(_to_screen(field.payments(SCREENS), web, live))
        await_settled(30)
        measured = post(field, web, SUSTAINED, rate=0)
        left = await_settled(10)
        figures["http_acknowledged_per_second"] = SUSTAINED / measured["seconds"]
        figures["http_left_after_10_s"] = left
    plain = five_steps_per_second(field.next - 1, field.account.pk, seconds=8)
    figures["http_vs_pgbench_ratio"] = figures["http_acknowledged_per_second"] / plain
    with portal(REDIS_URL=DEAD_REDIS, workers=False) as (web, _):
        post(field, web, 200, rate=100)
        figures["ack_p99_ms_at_200_without_redis"] = milliseconds(post(field, web, 2000, rate=200), 0.99)
        began = time.monotonic()
        await_settled(60)
        figures["settled_without_redis_seconds"] = time.monotonic() - began
    if ledger_check.check():
        raise SystemExit("the ledger is broken")
    return figures


@contextmanager
def portal(*, workers: bool = True, **changes: str) -> Iterator[tuple[int, int]]:
    """web, live, and the worker or only the sweeper; gives the ports of the first two."""
    env = {**os.environ, "LOG_LEVEL": "ERROR", **changes}
    web, live = free_port(), free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--keep-alive", "65", "-k", "gthread"]
    commands = {
        "web": [*gunicorn, "-c", "python:portal.gunicorn_conf", "-b", f"{LOCALHOST}:{web}", "-w", "2"]
        + ["--threads", "4", "portal.wsgi:application"],
        "live": [sys.executable, "-m", "uvicorn", "portal.asgi:application", "--host", LOCALHOST]
        + ["--port", str(live), "--log-level", "error"],
        "sweeper": [sys.executable, "manage.py", "sweep"],
    }
    if workers:
        commands["worker"] = [sys.executable, "-m", "celery", "-A", "portal", "worker", "-c", "2", "-l", "ERROR"]
    with tempfile.TemporaryDirectory() as folder:
        children = [Child(c, log=Path(folder) / f"{n}.log", env=env, cwd=ROOT) for n, c in commands.items()]
        try:
            for child in children:
                child.start()
            for port in (web, live):
                _await_port(port)
            time.sleep(4)  # Celery says that it is ready only to its own log
            yield web, live
        finally:
            for child in children:
                child.stop()


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"http://{LOCALHOST}:{port}/health/live", timeout=2)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _confirm(number: int) -> str:
    message = {
        "ACTION": "CONFIRM",
        "RESPONSE_CODE": "00",
        "MERCHANT_SERVICE_ID": CONTRACT["merchant_id"],
        "MERCHANT_ORDER_ID": f"MCBENCH-{number}",
        "AMOUNT": 50000,
        "CURRENCY_CODE": "VND",
        "VNPTPAY_TRANSACTION_ID": f"V{number}",
        "PAYMENT_METHOD": "VIETINBANK",
        "PAY_DATE": "20261123093145",
        "ADDITIONAL_INFO": "",
    }
    message["SECURE_CODE"] = messages.CONFIRM.sign(message, CONTRACT["secrets"]["secret_key"])
    return json.dumps(message)


def post(field: Field, port: int, count: int, *, rate: int) -> dict[str, Any]:
    """Pay so many payments and post their notifications from another process."""
    return post_bodies(bodies_of(field.payments(count)), port, rate=rate)


def bodies_of(numbers: range) -> str:
    """Return a signed notification a line."""
    return "\n".join(_confirm(number) for number in numbers) + "\n"


def post_bodies(bodies: str, port: int, *, rate: int) -> dict[str, Any]:
    """Post them from another process; return its latencies. Stops when one is not accepted."""
    command = [sys.executable, "-m", "bench.load", str(port), str(rate), "16"]
    done = subprocess.run(command, input=bodies, capture_output=True, text=True, check=True, cwd=ROOT)
    measured: dict[str, Any] = json.loads(done.stdout)
    if measured["bad_count"]:
        raise SystemExit(f"{measured['bad_count']} callbacks were not accepted: {measured['bad']}")
    return measured


def milliseconds(measured: dict[str, Any], part: float) -> float:
    return percentile(measured["latencies"], part) * 1000


def await_settled(seconds: float) -> int:
    """Wait until nothing waits in the inbox; return what is left after so many seconds."""
    deadline = time.monotonic() + seconds
    while (left := Notification.objects.filter(state="new").count()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


async def _to_screen(numbers: range, web: int, live: int) -> float:
    """Return the 95th percentile of milliseconds from a notification to `change` on an open screen, at 100/s."""
    sent: dict[int, float] = {}
    seen: dict[int, float] = {}
    ready = asyncio.Semaphore(0)
    screens = [asyncio.create_task(_screen(live, n, ready, seen)) for n in numbers]
    for _ in screens:
        await ready.acquire()
    began = time.monotonic()
    connections = [await asyncio.open_connection(LOCALHOST, web) for _ in range(8)]

    async def send(lane: int) -> None:
        reader, writer = connections[lane]
        for position, number in enumerate(numbers):
            if position % len(connections) != lane:
                continue
            await asyncio.sleep(max(0.0, began + position / 100 - time.monotonic()))
            body = _confirm(number).encode()
            sent[number] = time.monotonic()
            head = "POST /gateways/vnptpay/notify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            header = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(header.lower().split(b"content-length:")[1].split(b"\r\n")[0]))

    await asyncio.gather(*(send(lane) for lane in range(len(connections))))
    await asyncio.wait(screens, timeout=20)
    missing = len(numbers) - len(seen)
    if missing:
        raise SystemExit(f"{missing} screens saw nothing")
    return percentile([seen[number] - sent[number] for number in numbers], 0.95) * 1000


async def _screen(port: int, number: int, ready: asyncio.Semaphore, seen: dict[int, float]) -> None:
    reader, writer = await asyncio.open_connection(LOCALHOST, port)
    topic = sign_topics([f"bench{number}"])
    writer.write(f"GET /live/{topic} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    ready.release()
    while line := await reader.readline():
        if line.startswith(b"event: change"):
            seen[number] = time.monotonic()
            break
    writer.close()
