"""Cost net: twice the input costs less than three times the time, and a bomb is refused within its budget.

Times are the processor's, of this thread and what it starts. Whatever module of the product comes to parse something
must stand in `PARSERS`; limits and budgets stand in docs/parsers.md, which is read here.
"""

from __future__ import annotations

import re
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.source_rules import ROOT

from . import bombs, parsing, regexes
from .costs import GROWING, Growing

#: Who parses → under which names of `GROWING` and `bombs.BOMBS` it is measured, or why nobody sends it anything.
PARSERS: dict[str, tuple[str, ...] | str] = {
    "dossiers/attachments/pdf_checks.py": ("PDF",),
    "dossiers/attachments/validation.py": ("picture", "PDF", "HEIC"),
    "dossiers/attachments/heic.py": ("HEIC",),
    "dossiers/attachments/heic_decoder.py": ("HEIC",),
    "dossiers/attachments/scan.py": ("picture",),
    "dossiers/desk/scanner/photo_views.py": ("photo with a QR code",),
    "payments/reconciliation/formats/delimited.py": ("statement as CSV",),
    "payments/reconciliation/formats/workbooks.py": ("statement as XLSX",),
    "payments/reconciliation/formats/swift.py": ("statement as MT940",),
    "payments/reconciliation/formats/iso20022.py": ("statement as CAMT.053",),
    "gateways/vietinbank/statement.py": ("statement of VietinBank",),
    "gateways/vietinbank_direct/adapter.py": ("query of a gateway",),
    "gateways/parsing.py": ("message of a gateway", "form of a gateway", "query of a gateway"),
    "payments/api/parsers.py": ("JSON of the API",),
    "core/values/masking.py": ("message shown to staff",),
    "payments/models/notifications.py": ("message shown to staff",),
    "portal/public/csp_report_views.py": ("CSP report",),
    "procedures/schedules/workbook.py": ("fee workbook",),
    "procedures/schedules/tiers.py": "a form field: portal/incoming/input_checks.py bounds it; in a workbook, a cell",
    "payments/admin/merchant_form.py": "a form field of administrators: portal/incoming/input_checks.py bounds it",
    "payments/merchants/accounts.py": "our own writing, read back",
    "payments/merchants/contract_changes.py": "our own writing, read back",
    "payments/merchants/key_rotation.py": "our own writing, read back",
    "dossiers/models/drafts.py": "our own writing, read back",
    "agencies/loading.py": "data that ships with the product",
    "procedures/loading/procedures.py": "data that ships with the product",
    "dossiers/post/orders.py": "data that ships with the product",
    "procedures/catalogue/elsewhere.py": "data that ships with the product",
    "payments/merchants/contract_faults.py": "a form field: portal/incoming/input_checks.py bounds it",
    "core/values/closed_names.py": "data that ships with the product",
    "portal/settings/site.py": "the version of the product itself",
}
TABLE = ROOT / "docs/parsers.md"
MOST_GROWTH = 3.0
ROUNDS = 5
#: What a million squares take on the machine the budgets are made for.
REFERENCE_SECONDS = 0.05


def spent() -> float:
    """Return the processor time of this thread, and of the processes that were started and have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime


def seconds(act: Callable[[], Any], clock: Callable[[], float] = spent) -> float:
    """Return the processor time of one call."""
    began = clock()
    act()
    return clock() - began


def slowness() -> float:
    """Return how many times longer than budgets are made for this machine takes, as busy as it is now; at least one."""
    return max(1.0, seconds(lambda: [n * n for n in range(1_000_000)]) / REFERENCE_SECONDS)


def budgets() -> dict[str, float]:
    """Return the budget of each bomb, seconds, as the table in the docs has it."""
    rows = re.findall(r"^\| ([^|]+?) \|[^|]+\| ([\d.]+) s \|$", TABLE.read_text(), re.MULTILINE)
    return {name: float(budget) for name, budget in rows}


def test_every_module_that_parses_stands_in_the_table() -> None:
    assert set(parsing.modules()) == set(PARSERS)
    measured = {name for names in PARSERS.values() if isinstance(names, tuple) for name in names}
    assert measured == set(GROWING)


def test_every_bomb_has_a_budget_in_the_docs() -> None:
    assert set(budgets()) == set(bombs.BOMBS)


@pytest.mark.parametrize("what", GROWING)
def test_twice_the_input_costs_less_than_three_times_the_time(what: str) -> None:
    growing = GROWING[what]
    assert growth(growing) < MOST_GROWTH


def growth(growing: Growing) -> float:
    """Return by how much the time grows when the input doubles: the median of some rounds, side by side."""
    small, large = growing.make(growing.size), growing.make(2 * growing.size)
    growing.read(small)  # what is loaded only once
    clock = time.process_time if growing.has_threads else spent
    return statistics.median(
        seconds(lambda: growing.read(large), clock) / seconds(lambda: growing.read(small), clock) for _ in range(ROUNDS)
    )


@pytest.mark.parametrize("what", bombs.BOMBS)
def test_a_bomb_is_refused_within_its_budget(what: str) -> None:
    content, refuse = bombs.BOMBS[what]
    made = content()
    took = seconds(lambda: refuse(made))
    assert took < budgets()[what] * slowness(), f"{len(made):,} bytes took {took:.2f} s"


def test_no_regular_expression_is_quadratic() -> None:
    slow = [(place, pattern, fault) for place, pattern in regexes.of_product() if (fault := regexes.fault_of(pattern))]
    assert not slow, "\n".join(f"{place}: {pattern!r} {fault}" for place, pattern, fault in slow)


def test_the_net_sees_what_it_is_for() -> None:
    quadratic = Growing(300, lambda size: "a" * size, lambda text: [one for one in text for _other in text])
    assert growth(quadratic) > MOST_GROWTH
    assert all(regexes.fault_of(pattern) for pattern in (r"(a+)+b", r"\s+$", r"(\d|\d\d)*x", r"[a-z]*[a-z]*=$"))
    assert parsing.parses("import lxml.etree") and parsing.parses("json.loads(x)") and parsing.parses("csv.reader(f)")
    assert not parsing.parses("json.dumps(x)")
