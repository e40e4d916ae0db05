"""The hook of commit messages takes what is of our form and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .commit_subject import LONGEST, faults, written
from .source_rules import ROOT

WELL = "payments: leave the rows of a missing gateway waiting"


@pytest.mark.parametrize(
    "message",
    [
        WELL,
        f"{WELL}\n\nWhy: its package may come back.",
        "static files: bring them back",
        "tests/nets: read every template",
        "x: " + "y" * (LONGEST - 3),
        "Merge branch 'main'",
        'Revert "payments: leave rows"',
        f"fixup! {WELL}",
    ],
)
def test_what_is_of_the_form_is_taken(message: str) -> None:
    assert list(faults(message)) == []


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Leave the rows waiting", "not of the form"),
        ("Payments: leave the rows waiting", "not of the form"),
        ("payments:leave the rows waiting", "not of the form"),
        ("payments: ", "not of the form"),
        ("", "not of the form"),
        ("payments, portal: leave the rows waiting", "one area"),
        ("payments: Leave the rows waiting", "begins with a capital"),
        ("payments: leaving the rows", "no imperative"),
        ("payments: fixed the rows", "no imperative"),
        ("payments: leave the rows.", "full stop"),
        ("payments: leave\nthe rows", "second line"),
        ("x: " + "y" * (LONGEST - 2), f"{LONGEST + 1} characters"),
    ],
)
def test_what_is_not_is_refused_with_the_reason(message: str, why: str) -> None:
    [problem] = faults(message)
    assert why in problem


def test_what_git_writes_below_the_message_is_no_part_of_it() -> None:
    scissors = "# ------------------------ >8 ------------------------"
    assert written(f"{WELL}\n# Please enter\n{scissors}\ndiff --git\nA Diff.\n") == WELL


def test_the_hook_is_called_with_a_file_and_refuses_by_its_exit_code(tmp_path: Path) -> None:
    config = (ROOT / ".pre-commit-config.yaml").read_text()
    [module] = re.findall(r"entry: \.venv/bin/python -m (tests\.\S+)", config)
    assert "default_install_hook_types: [pre-commit, commit-msg, pre-push]" in config
    for message, code in ((WELL, 0), ("Fixes", 1)):
        file = tmp_path / "COMMIT_EDITMSG"
        file.write_text(f"{message}\n")
        done = subprocess.run(
            [sys.executable, "-m", module, str(file)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert (done.returncode, bool(done.stderr)) == (code, bool(code))
