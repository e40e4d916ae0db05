"""A pytest plugin that imports one module with a mutant's source: no file is touched.

`MUTANT_MODULE` names the module, `MUTANT_SOURCE` the file that holds the source.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the mutant in place of the file; nothing of it is cached."""

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        return compile(Path(os.environ["MUTANT_SOURCE"]).read_text(), self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != os.environ.get("MUTANT_MODULE"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return spec
        return importlib.util.spec_from_file_location(fullname, spec.origin, loader=_Loader(fullname, spec.origin))


sys.meta_path.insert(0, _Finder())
