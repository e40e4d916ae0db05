"""`python -m devtools.run_demo` (`make demo`): the whole system on this machine, until Ctrl-C, with a journey to watch.

It starts and watches, and holds nothing of Django: what needs that is a process of its own, which ends.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser, Namespace

from . import embedded
from .processes import is_free
from .stack import FOLDER, ROOT, Stack, StackError, environment, messaging


def main() -> None:
    """Run it until Ctrl-C; every foreseeable fault is one sentence."""
    options = _options()
    # SIGTERM must end it as Ctrl-C does, so that nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        _run(options)
    except (embedded.EmbeddedError, StackError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.stdout.write("\nStopped; nothing is left running.\n")


def _options() -> Namespace:
    parser = ArgumentParser(description="Run the demo until Ctrl-C, or play every gateway once with --once.")
    parser.add_argument("--port", type=int, default=8000, help="Of the portal; live +1, sandbox +2, mail +3.")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--dossiers", type=int, default=0, help="Load a year of the province's life, once.")
    parser.add_argument("--player", action="store_true", help="Let citizens come all the time.")
    return parser.parse_args()


def _run(options: Namespace) -> None:
    port = options.port
    for number in range(port, port + 4):
        if not is_free(number):
            raise StackError(f"Port {number} is taken: stop what uses it, or choose another with PORT=…")
    if shutil.disk_usage(ROOT).free < 500 * 1024**2:
        raise StackError("Less than 500 MB of disk is free: the demo needs that much.")
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    began = time.monotonic()
    with embedded.servers(FOLDER) as running:
        (FOLDER / "demo.json").unlink(missing_ok=True)  # of a demo that has ended: one that runs has the servers
        env = environment(port, FOLDER) | messaging(port) | running.environment
        prepare = [sys.executable, "manage.py", "demo", "--prepare", "--dossiers", str(options.dossiers)]
        subprocess.run(prepare, env=env, cwd=ROOT, check=True)  # noqa: S603 - our own interpreter
        stack = Stack(env | running.process_environment, port=port, logs=FOLDER / "logs", player=options.player)
        try:
            stack.start()
            (FOLDER / "environment.json").write_text(json.dumps(running.environment))
            (FOLDER / "demo.next.json").rename(FOLDER / "demo.json")
            sys.stdout.write(f"Ready after {time.monotonic() - began:.1f} s.\n")
            sys.stdout.flush()
            _play(env, once=options.once)
            if not options.once:
                _serve(stack)
        finally:
            stack.stop()


def _play(env: dict[str, str], *, once: bool) -> None:
    """Play the first gateway, or every one: an exit code that is not 0 is then ours."""
    gateways = list(json.loads((FOLDER / "demo.json").read_text())["gateways"])
    command = [sys.executable, "-m", "devtools.smoke_test", env["BASE_URL"], env["SANDBOX_URL"]]
    done = subprocess.run([*command, *(gateways if once else gateways[:1])], cwd=ROOT, check=False)  # noqa: S603
    if once and done.returncode:
        sys.exit(done.returncode)


def _serve(stack: Stack) -> None:
    note = json.loads((FOLDER / "demo.json").read_text())
    lines = ["", f"Portal   {note['base_url']}/", f"Desk     {note['base_url']}/quay/"]
    lines += [f"Bank app {note['sandbox_url']}/vietinbank/app", "Accounts (more in .local/demo.json):"]
    for role, account in note["accounts"].items():
        lines.append(f"  {role:18} {account['username']:18} {account['password']}")
    sys.stdout.write("\n".join([*lines, "Ctrl-C stops everything.", ""]))
    sys.stdout.flush()
    stop = threading.Event()
    while not stop.wait(2):
        for name in stack.revive():
            sys.stderr.write(f"{name} had died and was started again.\n")


if __name__ == "__main__":
    main()
