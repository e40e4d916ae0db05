"""What a person's word about a likeness writes: on the case, the row, the file and in the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from agencies.models import AuditEntry, User
from core import live
from gateways.base import GatewayMissing
from payments.errors import AlreadyDecided
from payments.models import Discrepancy, LedgerEvent, MerchantAccount, Payment, Statement, StatementRow
from payments.reconciliation import likely, matching
from payments.settlement.apply import apply
from tests.support import factories
from tests.support.payments.cases import case
from tests.support.payments.rows import booked, row, statement
from tests.support.payments.settling import owed, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> User:
    return factories.officer(factories.agency())


@pytest.fixture
def event() -> LedgerEvent:
    return booked(owed(150_000), "ONE")


def alike(event: LedgerEvent, account: MerchantAccount | None = None, **values: Any) -> StatementRow:
    account = account or event.merchant_account
    assert account
    of = statement(account, state="done")
    note = case(account.agency, "likely_booked", note=event.money_key)
    code = event.payment.merchant_ref if event.payment else ""
    return row(of, "OTHER", merchant_ref=code, **{"state": "likely", "discrepancy": note, **values})


def case_of(of: StatementRow) -> Discrepancy:
    assert of.discrepancy
    return of.discrepancy


def test_only_a_likeness_compares_with_something(event: LedgerEvent) -> None:
    booked(owed(), "TWO")
    assert likely.event_of(case(kind="likely_booked", note=event.money_key)) == event
    assert likely.event_of(case(kind="conflict", note=event.money_key)) is None
    LedgerEvent.objects.create(kind="surplus", bill=event.bill, amount=-1, money_key="x")
    assert likely.event_of(case(kind="likely_booked", note="x")) is None


def test_the_same_is_matched_and_closed(event: LedgerEvent, actor: User) -> None:
    mine = alike(event)
    likely.same(case_of(mine), actor=actor)
    mine.refresh_from_db()
    closed = Discrepancy.objects.get()
    assert (mine.state, mine.event) == ("matched", event)
    assert closed.closed_at and closed.resolution == "Là giao dịch đã ghi nhận"
    written = AuditEntry.objects.get(action="likely_same")
    assert (written.subject, written.actor, written.agency) == (f"case:{closed.pk}", actor, closed.agency)
    for decide in (likely.same, likely.another):
        with pytest.raises(AlreadyDecided):
            decide(closed, actor=actor)


def test_what_another_file_has_matched_is_repeated(event: LedgerEvent, actor: User) -> None:
    first, second = alike(event), alike(event)
    likely.same(case_of(first), actor=actor)
    likely.same(case_of(second), actor=actor)
    second.refresh_from_db()
    assert (second.state, second.event) == ("repeated", None)


def test_what_another_contract_booked_is_no_row_of_ours(event: LedgerEvent, actor: User) -> None:
    mine = alike(event, factories.merchant(factories.agency(), "vnptpay"))
    likely.same(case_of(mine), actor=actor)
    mine.refresh_from_db()
    assert (mine.state, mine.event) == ("foreign", None)
    assert Discrepancy.objects.get().closed_at


@pytest.mark.parametrize("decide", [likely.same, likely.another])
def test_only_a_likeness_is_decided(decide: Any, event: LedgerEvent, actor: User) -> None:
    mine = alike(event)
    Discrepancy.objects.update(kind="conflict")
    with pytest.raises(AlreadyDecided):
        decide(case_of(mine), actor=actor)
    Discrepancy.objects.update(kind="likely_booked", closed_at=timezone.now())
    with pytest.raises(AlreadyDecided):
        decide(case_of(mine), actor=actor)


@pytest.mark.parametrize("state", ["done", "applying"])
def test_another_is_booked_at_once(state: str, event: LedgerEvent, actor: User) -> None:
    mine, other = alike(event), statement(owed().merchant_account, state="done")
    Statement.objects.filter(pk=mine.statement_id).update(state=state)
    likely.another(case_of(mine), actor=actor)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, mine.statement.state, other.state) == ("discrepancy", "done", "done")
    assert mine.event and (mine.event.kind, mine.event.amount) == ("money_received", 150_000)
    assert Discrepancy.objects.get(kind="surplus").amount == 150_000
    assert Discrepancy.objects.get(kind="likely_booked").resolution == "Là giao dịch khác, ghi nhận thêm"
    assert AuditEntry.objects.get(action="likely_another").actor == actor


def test_another_waits_for_a_package_that_is_gone(
    event: LedgerEvent, actor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Any) -> None:
        raise GatewayMissing("vietinbank")

    monkeypatch.setattr(matching, "apply", gone)
    mine = alike(event)
    Statement.objects.update(lease_until=timezone.now())
    likely.another(case_of(mine), actor=actor)
    mine.refresh_from_db()
    mine.statement.refresh_from_db()
    assert (mine.state, mine.statement.state, mine.statement.lease_until) == ("new", "applying", None)


def test_a_notification_that_is_another_settles_what_it_is_for(actor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    announced: list[list[str]] = []
    monkeypatch.setattr(live, "publish", announced.append)
    payment = owed(150_000)
    booked(payment, "ONE", 50_000, source="statement")
    second, other = told(payment, 50_000), told(owed(), 50_000)
    apply([second])
    waiting = Discrepancy.objects.get(kind="likely_booked")
    likely.another(waiting, actor=actor)
    second.refresh_from_db()
    other.refresh_from_db()
    assert (second.result, other.state) == ("wrong_amount", "new")
    assert announced == [[payment.bill.token]]
    assert Payment.objects.get(pk=payment.pk).bill.received_amount == 100_000


def test_a_notification_that_is_the_same_needs_nothing_more(actor: User) -> None:
    payment = owed(150_000)
    booked(payment, "ONE", 50_000, source="statement")
    apply([told(payment, 50_000)])
    waiting = Discrepancy.objects.get(kind="likely_booked")
    likely.same(waiting, actor=actor)
    assert Discrepancy.objects.get(pk=waiting.pk).closed_at
    assert Payment.objects.get(pk=payment.pk).bill.received_amount == 50_000
