"""The rule finds a state written outside of its owner, in whatever form, and allows nothing that nobody needs."""

from __future__ import annotations

import pytest

from . import source_rules, state_writes

PLACE = "payments/anywhere.py"


@pytest.mark.parametrize(
    "source",
    [
        "payment.state = 'paid'",
        "before, locked.state = locked.state, after",
        "[bill.state, *rest] = after",
        "first = bill.state = 'paid'",
        "self.payment.state: str = 'paid'",
        "for payment.state in states: pass",
        "payment.status = 'paid'",
        "Payment.objects.filter(pk=1).update(state='paid', gateway_ref='')",
        "rows.update(status=after)",
        "Bill.objects.update_or_create(pk=1, defaults={'state': 'paid'})",
        "Bill.objects.update_or_create(pk=1, create_defaults={'state': 'open'}, defaults={'amount': 1})",
        "setattr(payment, 'state', after)",
        "object.__setattr__(payment, 'state', after)",
        "SQL = 'UPDATE payments_payment SET state = %s WHERE id = 1'",
        "SQL = \"update payments_bill AS b set amount = 1, state='paid' from x\"",
        "SQL = 'WITH x AS (SELECT 1), y AS (UPDATE payments_bill bill SET settled_at = now(),\\n state = 1) SELECT 1'",
        "SQL = f'UPDATE {table} SET {column} = 1, state = {after}'",
        "SQL = f'{update} SET state = 1'",
        "SQL = 'INSERT INTO payments_bill VALUES (1) ON CONFLICT (id) DO UPDATE SET state = 1'",
    ],
)
def test_a_state_that_is_written_elsewhere_is_found(source: str) -> None:
    assert list(state_writes.state_writes(PLACE, source))
    assert not list(state_writes.state_writes(state_writes.OWNERS[0], source))


@pytest.mark.parametrize(
    "source",
    [
        "if payment.state == after: pass",
        "Payment.objects.create(state='created')",
        "Payment.objects.filter(state='paid').update(amount=1)",
        "SQL = 'UPDATE payments_bill SET amount = 1 FROM x WHERE state = 1'",
        "SQL = 'SELECT state FROM payments_bill WHERE state = 1'",
        "state = 'paid'",
        "transitions.payment_to(payment, after)",
    ],
)
def test_reading_a_state_and_making_a_row_is_no_move(source: str) -> None:
    assert not list(state_writes.state_writes(PLACE, source))


def test_the_rule_is_asked_of_our_sources() -> None:
    assert state_writes.state_writes in source_rules.RULES


def test_every_exception_is_needed_and_every_owner_exists() -> None:
    written = {
        (path, what)
        for path in {path for path, _ in state_writes.WRITTEN_ELSEWHERE}
        for _, what in state_writes.writes((source_rules.ROOT / path).read_text())
    }
    assert state_writes.WRITTEN_ELSEWHERE.keys() <= written
    for owner in state_writes.OWNERS:
        assert list(state_writes.writes((source_rules.ROOT / owner).read_text()))


@pytest.mark.parametrize("name", ["payment", "bill", "refund", "move", "locked", "dossier", "locked_dossier"])
def test_no_exception_allows_the_states_of_money_or_dossiers(name: str) -> None:
    assert not [what for _, what in state_writes.WRITTEN_ELSEWHERE if what == f"{name}.state"]
