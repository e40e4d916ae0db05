"""`python -m tests.support.changed [revision]`: name the tests of what differs from a revision (`make test-changed`).

Tests mirror the tree: of `payments/receipts/pdf.py` those in `tests/payments/receipts/`, and every test module that
imports a module that changed. Shared code has more readers than this finds: `make test` stays the judge.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def changed_files(revision: str) -> list[str]:
    """Return what differs from the revision, committed or not, without what is gone."""
    commands = (["git", "diff", "--name-only", revision], ["git", "ls-files", "--others", "--exclude-standard"])
    output = [
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout for command in commands
    ]
    return [name for name in "".join(output).splitlines() if (ROOT / name).exists()]


def tests_of(names: list[str]) -> list[str]:
    """Return the test folders and modules that concern these files."""
    chosen: set[str] = set()
    modules: set[str] = set()
    for name in names:
        path = Path(name)
        if path.parts[0] == "tests":
            if path.name.startswith("test_") and path.suffix == ".py":
                chosen.add(name)
        else:
            chosen |= _mirror(path.parent if path.parts[0] != "templates" else Path(*path.parts[1:]).parent)
        if path.suffix == ".py":
            modules.add(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    imports = {module: _import_of(module) for module in modules}
    for test in sorted((ROOT / "tests").rglob("test_*.py")):
        source = test.read_text()
        if any(pattern.search(source) for pattern in imports.values()):
            chosen.add(str(test.relative_to(ROOT)))
    return sorted(name for name in chosen if not any(str(parent) in chosen for parent in Path(name).parents))


def _mirror(folder: Path) -> set[str]:
    """Return the closest test folder of a folder of the product; none for the root of a package."""
    while len(folder.parts) > 1:
        if (ROOT / "tests" / folder).is_dir():
            return {f"tests/{folder}"}
        folder = folder.parent
    return set()


def _import_of(module: str) -> re.Pattern[str]:
    package, _, name = module.rpartition(".")
    return re.compile(rf"(from|import) {re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{name}\b")


if __name__ == "__main__":
    sys.stdout.write("\n".join(tests_of(changed_files(sys.argv[1] if len(sys.argv) > 1 else "main"))) + "\n")
