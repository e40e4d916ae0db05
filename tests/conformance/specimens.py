"""The specimen of every gateway that has one: the module `specimen` beside its adapter."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from gateways.conformance.specimens import Specimen
from tests.support.gateways import ours


def _specimens() -> tuple[Specimen, ...]:
    packages = [gateway.__module__.rpartition(".")[0] for gateway in ours()]
    modules = [f"{package}.specimen" for package in packages if package and find_spec(f"{package}.specimen")]
    return tuple(import_module(module).SPECIMEN for module in modules)


SPECIMENS = _specimens()
