"""Matching that is resumed, doubtful codes, and the command of the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from payments.models import Discrepancy, Receipt, Statement
from payments.reconciliation import matching
from tests.support import factories
from tests.support.payments.statements import confirmed, file_of, line, match, read, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_what_a_resumed_run_finds_settled_it_leaves_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    payments = [factories.payment(gateway="vietinbank") for _ in range(5)]
    account = payments[0].merchant_account
    lines = (*(line(f"B{p.pk}", 150_000, p.merchant_ref) for p in payments), line("B-nobody", 1_000))
    statement = read(account, file_of(*lines))
    confirmed(statement)
    statement.refresh_from_db()
    monkeypatch.setattr(matching, "BATCH", 2)

    def rows() -> list[dict[str, Any]]:
        return [dict(row) for row in statement.rows.order_by("pk").values()]

    with monkeypatch.context() as patched:
        patched.setattr(matching, "_close_matched", lambda _: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            matching.apply(statement)
    settled = rows()
    assert [row["state"] for row in settled] == ["settled"] * 5 + ["discrepancy"]
    for state in ("applying", "done", "applying"):
        Statement.objects.update(lease_until=None, state=state)
        matching.apply(statement)
        assert rows() == settled
    assert (Receipt.objects.count(), Discrepancy.objects.count()) == (5, 1)


def test_two_codes_in_one_text_settle_neither() -> None:
    first, second = (
        factories.payment(gateway="vietinbank"),
        factories.payment(gateway="vietinbank", of=factories.bill()),
    )
    text = f"{first.merchant_ref} {second.merchant_ref}"
    assert states(match(first.merchant_account, file_of(line("B1", 150_000, "", text)))) == ["discrepancy"]
    assert not Receipt.objects.exists()
    # The same code twice is one code.
    twice = f"{first.merchant_ref}-{first.merchant_ref}"
    assert states(match(first.merchant_account, file_of(line("B2", 150_000, "", twice)))) == ["settled"]


def test_the_terminal_asks_about_days_that_cannot_be(tmp_path: Any) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    path = tmp_path / "saoke.csv"
    path.write_bytes(file_of(line("B1", 1_000, at="01/02/2099")))
    command = ("import_statement", account.gateway, account.merchant_id, str(path), "--confirm")
    with pytest.raises(CommandError, match="line 2: 01/02/2099"):
        call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())
    call_command(*command, "--odd-days", stdout=io.StringIO(), stderr=io.StringIO())
    statement = Statement.objects.get()
    assert (states(statement), statement.state) == (["new"], "proposed"), "what is new waits for an accountant"
