"""The drills: what goes wrong, for how many payments, and by when all must be settled all the same."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from .proxy import Rules
from .small_disk import can_have_a_small_disk, small_disk
from .system import System

IsLoading = Callable[[], bool]
#: Returns what it has to remark, if anything.
Fault = Callable[[System, random.Random, IsLoading], str | None]


@dataclass(frozen=True, slots=True)
class Drill:
    """One fault. It stays in force until everything is settled, or `settle_seconds` have passed."""

    name: str
    strike: Fault
    payments: int = 100
    load_seconds: float = 5.0
    settle_seconds: float = 60.0
    gateways: tuple[str, ...] = ("vnptpay", "vietinbank")
    #: Whether this machine lets us.
    is_possible: Callable[[], bool] = lambda: True
    #: Strike before the first payment, not while they come in.
    is_first: bool = False


def nothing(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """No fault: what the figures of the others are compared with."""


def kill_workers(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """SIGKILL of the Celery worker, the sweeper, beat and gunicorn's workers, in mid-batch as it comes."""
    while is_loading():
        name = rng.choice(["worker", "worker", "sweeper", "beat", "web worker"])
        if name == "web worker":
            system.kill_one_web_worker(rng.choice)
        else:
            system.restart_process(name)
        # Slower than a process takes to start, or the drill is about two cores and not about crashes.
        time.sleep(rng.uniform(0.8, 1.6))


def freeze_workers(system: System, rng: random.Random, is_loading: IsLoading) -> str:
    """SIGSTOP of the Celery worker in mid-transaction: slow statements make it likely to be found in one."""
    system.database.rules = Rules(delay_seconds=0.02)
    time.sleep(rng.uniform(0.5, 1))
    is_inside = system.freeze_in_transaction("worker")
    return "frozen with an open transaction" if is_inside else "frozen, but not in a transaction"


def restart_postgres(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """PostgreSQL stopped with `immediate` under load, again and again."""
    while is_loading():
        time.sleep(rng.uniform(0.5, 1.5))
        system.restart_postgres(pause=rng.uniform(0, 1))


def stop_redis(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """No Redis from the first payment to the last."""
    system.valkey.child.kill(signal.SIGKILL)
    system.valkey.stop()


def freeze_redis(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """A Redis that takes connections and never answers."""
    system.valkey.child.kill(signal.SIGSTOP)


def redis_comes_back(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Redis is away and back, then the sweeper is frozen: the worker must have begun to listen again."""
    system.valkey.stop()
    time.sleep(rng.uniform(1, 3))
    system.valkey.start()
    system.process("sweeper").kill(signal.SIGSTOP)


def flush_redis(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """FLUSHALL, several times a second."""
    while is_loading():
        system.flush_redis()
        time.sleep(rng.uniform(0.05, 0.4))


def slow_database(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Each message to and from PostgreSQL takes up to 20 ms."""
    system.database.rules = Rules(delay_seconds=0.02)


def cut_commits(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Every sixth COMMIT loses its connection: half of these before, half after PostgreSQL has committed."""
    system.database.rules = Rules(cut_commit_share=0.17)


def reset_connections(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Connections to PostgreSQL are reset at any message, answers are lost, and now and then all are cut."""
    system.database.rules = Rules(reset_share=0.004, lose_answer_share=0.004)
    while is_loading():
        time.sleep(rng.uniform(0.5, 1.5))
        system.database.cut_all()


def lose_answers_to_banks(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Half of our answers never reach the bank, which tells us again."""
    system.callbacks.rules = Rules(lose_answer_share=0.5)


def silent_banks(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Every notification is dropped: only asking settles."""
    system.order_fault("drop")


def echoing_banks(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """Every notification five times at once, in the wrong order."""
    system.order_fault("duplicate", times=5)
    system.order_fault("reorder", times=7, seconds=1)


def charging_banks(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """The money is taken, the answer to our INIT is a time-out, and no notification is sent."""
    system.order_fault("charge_then_timeout", gateway="vnptpay", seconds=0.5)


def new_version(system: System, rng: random.Random, is_loading: IsLoading) -> str:
    """A deploy under load, again and again: old and new side by side; who is told to end has notifications in hand."""
    system.database.rules = Rules(delay_seconds=0.005)
    rounds = 0
    while is_loading():
        newcomer = system.another_worker()
        time.sleep(rng.uniform(3, 4.5))  # until the newcomer works
        for name in ("worker", "sweeper"):
            system.process(name).stop()
            system.process(name).start()
        system.process("web").kill(signal.SIGHUP, group=False)  # gunicorn: new workers first, then the old ones end
        newcomer.stop()
        rounds += 1
    return f"{rounds} deploys under load"


def no_connections_left(system: System, rng: random.Random, is_loading: IsLoading) -> str:
    """PostgreSQL gives our processes three connections where they want twenty, for seconds at a time."""
    refused = -system.refusals()
    while is_loading():
        system.as_superuser("ALTER DATABASE motcua CONNECTION LIMIT 3")
        system.database.cut_all()
        time.sleep(rng.uniform(1, 2))
        system.as_superuser("ALTER DATABASE motcua CONNECTION LIMIT -1")
        time.sleep(rng.uniform(0.5, 1))
    return f"{refused + system.refusals()} connections refused"


def disk_full(system: System, rng: random.Random, is_loading: IsLoading) -> str:
    """The disk of inbox and ledger, a file system of its own, is full to the last block for seconds at a time."""
    with small_disk(system) as disk:
        while is_loading():
            disk.fill()
            time.sleep(rng.uniform(1.5, 3))
            disk.make_room()
            time.sleep(rng.uniform(0.3, 0.8))
        return f"{disk.failures} statements found no space left on the device"


def everything(system: System, rng: random.Random, is_loading: IsLoading) -> None:
    """All of it by turns, as the seed says."""
    system.database.rules = Rules(delay_seconds=0.005, cut_commit_share=0.1, lose_answer_share=0.001)
    system.callbacks.rules = Rules(lose_answer_share=0.2)
    system.order_fault("duplicate", times=2)
    strikes: list[Callable[[], None]] = [
        lambda: system.restart_process(rng.choice(["worker", "sweeper", "beat"])),
        lambda: system.kill_one_web_worker(rng.choice),
        lambda: system.restart_postgres(pause=0),
        system.flush_redis,
        system.database.cut_all,
        lambda: system.process("worker").kill(rng.choice([signal.SIGSTOP, signal.SIGCONT])),
    ]
    while is_loading():
        rng.choice(strikes)()
        time.sleep(rng.uniform(0.1, 0.6))


#: Not counted: the first requests to fresh processes are slow.
WARM_UP = Drill("warm-up", nothing, payments=16, load_seconds=1.0)
DRILLS = (
    Drill("no fault", nothing),
    Drill("processes killed (SIGKILL)", kill_workers),
    Drill("worker frozen (SIGSTOP)", freeze_workers),
    Drill("PostgreSQL restarted (immediate)", restart_postgres, load_seconds=8),
    Drill("no connection left", no_connections_left, load_seconds=8),
    Drill("new version (SIGTERM, SIGHUP)", new_version, load_seconds=10),
    Drill("disk full", disk_full, load_seconds=8, is_possible=can_have_a_small_disk),
    Drill("no Redis at all", stop_redis, is_first=True),
    Drill("Redis frozen", freeze_redis, is_first=True),
    Drill("Redis back, no sweeper", redis_comes_back),
    Drill("Redis emptied (FLUSHALL)", flush_redis),
    Drill("PostgreSQL far away", slow_database, is_first=True),
    Drill("cut on COMMIT", cut_commits, is_first=True),
    Drill("connections reset", reset_connections),
    Drill("answers to banks lost", lose_answers_to_banks, is_first=True, settle_seconds=90),
    Drill("banks silent (100 % dropped)", silent_banks, payments=50, settle_seconds=120, is_first=True),
    Drill("banks echo (5 x, reordered)", echoing_banks, is_first=True),
    Drill(
        "charged, then timed out", charging_banks, payments=40, settle_seconds=120, gateways=("vnptpay",), is_first=True
    ),
    Drill("everything at once", everything, payments=40, load_seconds=10, settle_seconds=120),
)
#: Those whose longest wait is the figure "crash recovery".
CRASHES = (
    "processes killed (SIGKILL)",
    "worker frozen (SIGSTOP)",
    "PostgreSQL restarted (immediate)",
    "everything at once",
)
