"""Importing one module with a mutant's source: no file is touched."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType


def install(module: str, source: str) -> None:
    """Let this process import the module, which it has not yet, from the source."""
    assert module not in sys.modules, f"{module} is imported already"
    sys.meta_path.insert(0, _Finder(module, source))


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the mutant in place of the file; nothing of it is cached."""

    source = ""

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return spec
        loader = _Loader(fullname, spec.origin)
        loader.source = self.source
        return importlib.util.spec_from_file_location(fullname, spec.origin, loader=loader)
