"""The sandbox side of each gateway: the module `sandbox` beside its adapter, with a `SANDBOX`.

A gateway without one is not played. Modules are imported on demand: they import this package themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import requests
from django.urls import URLPattern

from gateways import registry
from gateways.base import Gateway

from .books import Row

Contract = dict[str, Any]


class Messages(Protocol):
    """How a bank writes notifications and reads the answers; a module or an object.

    `METHOD` is optional: notifications are POSTed unless it says GET.
    """

    @property
    def SPOILT_FIELD(self) -> str:
        """The signed field that the fault `tamper` changes."""
        ...

    def notification(self, transaction: Row, contract: Contract) -> dict[str, Any]:
        """Return the signed notification of a transaction."""
        ...

    def envelope(self, message: dict[str, Any], contract: Contract) -> dict[str, Any]:
        """Return the arguments of `requests.request` that carry a message."""
        ...

    def judge(self, response: requests.Response, contract: Contract) -> tuple[bool, str]:
        """Return whether the answer ends the delivery, and the answer's code for the books."""
        ...


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the sandbox server needs of one gateway.

    `contract(portal_url, bank_url)` returns both sides of a new contract with fresh keys (see
    `keys.make_contracts`). `urls` stand under `/<slug>/`. `transfer(code, amount, changes)` pays a transfer
    gateway, which has no orders: it returns the transaction, or the bank's words why there is nothing to pay.
    `pages` are links for the start page: address and text. `noted` names what `demo.json` tells of the bank's
    side, so that outside checks can play the bank themselves (docs/interfaces.md).
    """

    contract: Callable[[str, str], dict[str, Any]]
    messages: Messages
    urls: Sequence[URLPattern]
    noted: tuple[str, ...]
    transfer: Callable[[str, int | None, Mapping[str, str]], Row | str] | None = None
    pages: Mapping[str, str] = field(default_factory=dict)


@cache
def sandboxes() -> dict[str, Sandbox]:
    """Return the sandbox of every gateway that has one, by slug."""
    loaded = {}
    for gateway in registry.all_gateways():
        package = gateway.__module__.rpartition(".")[0]
        if package and find_spec(f"{package}.sandbox"):
            loaded[gateway.slug] = import_module(f"{package}.sandbox").SANDBOX
    return loaded


def template_folders() -> list[Path]:
    """Return the folders `templates` of the gateways."""
    folders = [_folder(gateway) / "templates" for gateway in registry.all_gateways()]
    return [folder for folder in folders if folder.is_dir()]


def _folder(gateway: type[Gateway]) -> Path:
    return Path(str(sys.modules[gateway.__module__].__file__)).parent
