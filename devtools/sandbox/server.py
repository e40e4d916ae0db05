"""Running the sandbox: `python -m devtools.sandbox.server PORT STATE_DIR CONFIG`, or `run` from a command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

LOOPBACK = ("127.0.0.1", "::1", "localhost")
THREADS = 64


def run(host: str, port: int, state_dir: Path | str, config_path: Path | str) -> NoReturn:
    """Become the sandbox: this process is replaced, so nothing of the portal stays in it.

    One worker, because the courier lives in it; many threads, because banks are slow on
    order. Refuses every address but this machine's. Raises ValueError.
    """
    if host not in LOOPBACK:
        raise ValueError("the sandbox serves this machine only")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "devtools.sandbox.settings",
        "SANDBOX_CONFIG": str(Path(config_path).resolve()),
        "SANDBOX_STATE": str(Path(state_dir).resolve()),
    }
    root = Path(__file__).resolve().parents[2]
    options = ["--chdir", str(root), "--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS)]
    options += ["--timeout", "0", "--graceful-timeout", "1", "--no-control-socket", "--log-level", "warning"]
    options += ["--header-map", "dangerous"]  # Zalo's token comes in a header with an underscore
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [sys.executable, "-m", "gunicorn", "--bind", bind, *options, "devtools.sandbox.wsgi"]
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell: our own interpreter


if __name__ == "__main__":
    run("127.0.0.1", int(sys.argv[1]), sys.argv[2], sys.argv[3])
