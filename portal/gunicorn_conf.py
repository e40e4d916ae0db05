"""gunicorn (`-c python:portal.gunicorn_conf`): a silent or stalled client holds no thread for long (R-24).

In production nginx reads requests to their end before it passes them on, and ends those that take too long
(`deploy/nginx.conf`). This is the second line, for a portal that is reached without it: options of the listening
socket that Linux hands to every connection.
"""

from __future__ import annotations

import gc
import socket
import struct
from typing import Any

#: The site is loaded once, and the workers share its memory.
preload_app = True
#: As much as gunicorn ever reads: a longer address gets an answer of ours, a problem document under /api/.
limit_request_line = 8190
#: A connection that has sent nothing yet is kept by the kernel so long, seconds: no thread of ours waits for it.
SILENT_SECONDS = 10
#: A request that stops in the middle is given up after so long, seconds.
STALLED_SECONDS = 3


def when_ready(server: Any) -> None:
    """Set the options before the first worker is forked (called by gunicorn)."""
    # What is loaded now stays: the collector would write to the pages that workers share.
    gc.collect()
    gc.freeze()
    for listener in server.LISTENERS:
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", STALLED_SECONDS, 0))
