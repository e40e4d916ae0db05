"""What may be moved where, what a decision writes, and what is refused: without a transfer."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import transaction

from agencies.audit import record as audit
from agencies.models import Agency, AuditEntry, Role, User
from core import live
from payments import discrepancies, reallocation
from payments.errors import (
    BillNotPayable,
    IdempotencyConflict,
    NotIndependent,
    PaymentMayBeUnderWay,
    ReallocationRefused,
    RemainingChanged,
    SamePerson,
)
from payments.models import Bill, Discrepancy, LedgerEvent, Reallocation
from payments.models.discrepancies import HOLDING_MONEY, DiscrepancyKind
from payments.status_queries import interactive
from tests.support import factories
from tests.support.locks import locked_tables

pytestmark = pytest.mark.django_db
_keys = itertools.count(1)
OTHER = "Trần Văn Khác"


def accountant() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


def case(amount: int = 300_000, of: Agency | None = None, kind: str = "surplus") -> Discrepancy:
    bill = factories.bill(of=of)
    made = discrepancies.new_discrepancy(
        DiscrepancyKind(kind), agency_id=bill.agency_id, amount=amount, bill=bill, note=""
    )
    made.save()
    return made


def bill(of: Discrepancy, amount: int = 150_000, **values: Any) -> Bill:
    return factories.bill(amount, of=of.agency, **values)


def wish(of: Discrepancy, *bills: Bill, **values: Any) -> reallocation.ReallocationRequest:
    references = [each.reference for each in bills]
    base = {"references": references, "remaining_seen": of.remaining_amount, "note": "gộp"}
    return reallocation.ReallocationRequest(**{**base, "idempotency_key": f"k{next(_keys)}", **values})


def propose(of: Discrepancy, *bills: Bill, **values: Any) -> Reallocation:
    return reallocation.propose(of, wish(of, *bills, **values), maker=accountant())


def refused(of: Discrepancy, *bills: Bill, **values: Any) -> str:
    with pytest.raises(ReallocationRefused) as error:
        propose(of, *bills, **values)
    of.refresh_from_db()
    assert (of.used_amount, Reallocation.objects.filter(discrepancy=of).count()) == (0, 0)
    return str(error.value)


def test_a_proposal_holds_what_its_bills_owe() -> None:
    of, maker = case(), accountant()
    one, two = bill(of), bill(of, 75_000)
    move = reallocation.propose(of, wish(of, one, two, one, idempotency_key="k"), maker=maker)
    of.refresh_from_db()
    assert (move.amount, of.used_amount, of.remaining_amount) == (225_000, 225_000, 75_000)
    assert set(move.bills.all()) == {one, two}
    assert (move.discrepancy, move.note, move.maker, move.idempotency_key) == (of, "gộp", maker, "k")
    assert move.state == "proposed"
    entry = AuditEntry.objects.get(action="move_proposed")
    assert (entry.subject, entry.actor, entry.agency) == (f"case:{of.pk}", maker, of.agency)
    assert entry.detail == {"amount": 225_000}


def test_a_key_names_one_proposal() -> None:
    of = case()
    one = bill(of)
    first = propose(of, one, idempotency_key="k")
    assert propose(of, one, idempotency_key="k") == first
    with pytest.raises(IdempotencyConflict):
        propose(of, one, bill(of), idempotency_key="k")


@pytest.mark.parametrize("kind", [kind for kind in DiscrepancyKind if kind not in HOLDING_MONEY])
def test_a_case_that_holds_nothing_moves_nothing(kind: str) -> None:
    of = case(kind=kind)
    assert "không giữ tiền" in refused(of, bill(of))


def test_all_of_it_may_be_moved_and_not_a_dong_more() -> None:
    of = case(150_000)
    assert propose(of, bill(of)).amount == 150_000
    of = case(149_999)
    assert "không quá" in refused(of, bill(of))
    assert "không quá" in refused(of)
    for seen in (149_998, 150_000):
        with pytest.raises(RemainingChanged):
            propose(of, bill(of, 1), remaining_seen=seen)


def test_the_reason_for_anothers_bill_is_kept_with_the_note() -> None:
    of = case()
    theirs = bill(of, payer_name=OTHER)
    for reason in ("", "ab", "  ab  "):
        said = refused(of, theirs, other_payer=reason)
        assert OTHER in said and theirs.reference in said and reallocation.payer_of(of) in said
    assert propose(of, theirs, other_payer="con").note == "gộp · con"
    of.refresh_from_db()
    assert propose(of, bill(of, 1), note="", other_payer="con").note == "con"
    of.refresh_from_db()
    assert propose(of, bill(of, 1), note="x" * 600).note == "x" * 500


def test_whose_name_is_the_payers_needs_no_reason() -> None:
    of = case()
    assert of.bill
    mine, theirs = bill(of, payer_name=of.bill.payer_name.upper()), bill(of, payer_name=OTHER)
    assert reallocation.of_others(of, [mine], "") == ""
    assert mine.reference not in reallocation.of_others(of, [mine, theirs], "")
    unknown = Discrepancy(bill=None)
    assert (reallocation.payer_of(unknown), reallocation.of_others(unknown, [theirs], "")) == ("", "")


def test_only_an_open_bill_of_the_agency_or_its_units_is_meant() -> None:
    province = factories.agency()
    of = case(of=province)
    own, below = bill(of), factories.bill(of=factories.agency(parent=province))
    assert propose(of, own, below).amount == 300_000
    assert "HS" in refused(case(of=province), factories.bill(of=factories.agency()))
    free = bill(of, 0)
    for each in (free, own):
        Bill.objects.filter(pk=own.pk).update(state="cancelled")
        assert each.reference in refused(case(of=province), each)
    twice = [factories.bill(of=agency, reference="HAI") for agency in (province, factories.agency(parent=province))]
    assert "HAI" in refused(case(of=province), twice[0])


def approved(move: Reallocation, checker: User) -> None:
    reallocation.approve(move, checker=checker)


def test_a_second_person_agrees_and_each_bill_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    announced: list[list[str]] = []
    monkeypatch.setattr(live, "publish", announced.append)
    of, checker = case(225_000), accountant()
    bills = [bill(of), bill(of, 75_000)]
    move = propose(of, *bills)
    approved(move, checker)
    move.refresh_from_db()
    of.refresh_from_db()
    assert (move.state, move.checker) == ("done", checker) and move.decided_at
    assert of.closed_at and of.resolution == "Đã chuyển sang khoản khác"
    assert announced[-1] == [each.token for each in bills]
    for each in bills:
        payment = each.payments.get()
        assert (payment.gateway, payment.state, payment.amount) == ("moved", "paid", each.amount)
        assert payment.merchant_ref.startswith("CH") and payment.gateway_ref == f"move:{move.pk}:{each.pk}"
        created = payment.events.get(kind="payment_created")
        assert created.actor == checker
        (told,) = payment.notifications.all()
        assert (told.source, told.facts) == ("move", {"case": of.pk, "move": move.pk})
    for kind, sign in (("money_moved", -1), ("surplus_used", 1)):
        event = LedgerEvent.objects.get(kind=kind)
        assert (event.bill, event.amount, event.actor) == (of.bill, sign * 225_000, checker)
        assert (event.cause, event.cause_id) == ("move", str(move.pk))
    entry = AuditEntry.objects.get(action="move_done")
    assert (entry.actor, entry.subject) == (checker, f"case:{of.pk}")


def test_a_case_with_money_left_stays_open() -> None:
    of = case()
    approved(propose(of, bill(of)), accountant())
    of.refresh_from_db()
    assert of.closed_at is None


def test_a_rejection_frees_the_money_and_is_final() -> None:
    of, checker = case(), accountant()
    move = propose(of, bill(of))
    assert move.maker
    with pytest.raises(SamePerson):
        reallocation.reject(move, checker=move.maker)
    reallocation.reject(move, checker=checker)
    move.refresh_from_db()
    of.refresh_from_db()
    assert (move.state, move.checker, of.used_amount) == ("rejected", checker, 0) and move.decided_at
    assert AuditEntry.objects.get(action="move_rejected").actor == checker
    for decide in (reallocation.approve, reallocation.reject):
        with pytest.raises(ReallocationRefused, match="trước đó"):
            decide(move, checker=accountant())


def test_nobody_approves_his_own_or_that_of_somebody_he_made_an_accountant() -> None:
    from_maker = case()
    move = propose(from_maker, bill(from_maker))
    with pytest.raises(SamePerson):
        approved(move, move.maker)
    checker = accountant()
    change = {"model": "agencies.membership", "field": "role", "before": "", "after": "Kế toán"}
    audit.record("user_saved", f"user:{move.maker.pk}", actor=checker, changes=[change])
    with pytest.raises(NotIndependent):
        approved(move, checker)
    reallocation.reject(move, checker=checker)


def test_who_may_not_decide_hears_that_first_and_nothing_of_the_bills() -> None:
    of = case()
    one = bill(of)
    move = propose(of, one)
    assert move.maker
    Bill.objects.filter(pk=one.pk).update(state="cancelled")
    with pytest.raises(SamePerson):
        approved(move, move.maker)


def test_nothing_is_moved_to_a_bill_whose_online_payment_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interactive, "ask_about", list)
    of = case()
    one = bill(of)
    move = propose(of, one)
    factories.payment(of=one, state="unknown")
    with pytest.raises(PaymentMayBeUnderWay):
        approved(move, accountant())


def test_case_and_proposal_are_locked_in_this_order() -> None:
    of = case()
    move = propose(of, bill(of))
    other = case()
    propose(other, bill(other))
    with locked_tables() as tables:
        assert reallocation.reject(move, checker=accountant()) == move
    assert tables[:2] == ["payments_discrepancy", "payments_reallocation"]


def test_a_bill_that_was_closed_meanwhile_stops_everything() -> None:
    of = case()
    one, two = bill(of), bill(of)
    move = propose(of, one, two)
    Bill.objects.filter(pk=two.pk).update(state="cancelled")
    with pytest.raises(BillNotPayable):
        approved(move, accountant())
    assert not one.payments.exists()


def test_a_decision_to_move_is_a_transaction_of_its_own() -> None:
    of = case()
    move = propose(of, bill(of))
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        approved(move, accountant())
