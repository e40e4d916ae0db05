"""References that lead nowhere are found, those that lead somewhere are not, and our sources have none of the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import references


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs/reference").mkdir(parents=True)
    (tmp_path / "docs/reliability.md").write_text("# Reliability\n\n## How it is tested\n\n| R-1 | a row |\n")
    (tmp_path / "docs/architecture.md").write_text("- **P-3** a principle\n")
    (tmp_path / "docs/reference/vnpay.md").write_text("## IPN and `querydr`\n")
    (tmp_path / "payments").mkdir()
    (tmp_path / "payments/states.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "line",
    [
        "# a debt (A5 43)",
        "# proving it again (B6 16)",
        "# what the criteria ask (C2 31)",
        "# as ux.md 31 says",
        '"""Answer an inq-bill (3.2)."""',
        '"""Read a CONFIRM (2.7, 4.3)."""',
        "# as docs/reliability.md A3 says",
        "# docs/reliability.md §3",
        "# docs/reliability.md part D",
        "# see faults.md",
        "# see docs/opening.md",
        "# docs/reference/vnpay.md#refund",
        "# a second time (R-2)",
        "# as P-4 demands",
        "# R-1 to R-9",
    ],
)
def test_a_reference_that_leads_nowhere_is_found(root: Path, line: str) -> None:
    assert list(references.faults_of(root / "payments/states.py", line, root))


@pytest.mark.parametrize(
    "line",
    [
        "# a debt (R-1), by P-3",
        "# docs/reliability.md says more",
        "# docs/reliability.md#how-it-is-tested",
        "# docs/reference/vnpay.md#ipn-and-querydr",
        'paper = "A5 landscape"',
        "pause = random.uniform(0.9, 1.1)",
        "digest = hashlib.md5(text)",
        "# https://example.org/design.md",
    ],
)
def test_a_reference_that_leads_somewhere_is_no_fault(root: Path, line: str) -> None:
    assert list(references.faults_of(root / "payments/states.py", line, root)) == []


@pytest.mark.parametrize(
    ("line", "is_good"),
    [
        ("[more](reliability.md)", True),
        ("[more](reliability.md#how-it-is-tested)", True),
        ("[code](../payments/states.py)", True),
        ("[outside](https://example.org/x)", True),
        ("[gone](gone.md)", False),
        ("[no such section](reliability.md#gone)", False),
        ("![picture](pictures/gone.svg)", False),
    ],
)
def test_links_of_documents_are_followed(root: Path, line: str, is_good: bool) -> None:
    document = root / "docs/README.md"
    assert (list(references.faults_of(document, line, root)) == []) is is_good


@pytest.mark.parametrize(
    ("line", "is_good"),
    [
        ("`payments/states.py` says", True),
        ("`states.py`, `payments/`", True),
        ("`.local/demo.json` is written", True),
        ("`payments/news.py` says", False),
        ("`gone.py::name`", False),
        ("`dossiers/`", False),
    ],
)
def test_files_and_folders_a_document_names_exist(root: Path, line: str, is_good: bool) -> None:
    references._known.cache_clear()
    assert (list(references.paths_named(root / "docs/README.md", line, root)) == []) is is_good


def test_our_sources_refer_to_nothing_that_is_not_here() -> None:
    assert list(references.faults()) == []
