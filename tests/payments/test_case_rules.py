"""A case's owner, its closing and its opening again, rule by rule and without a bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import AuditEntry, Membership, Role, User
from payments import discrepancies
from payments.errors import RefundRefused
from payments.models import Discrepancy
from payments.models.discrepancies import HOLDING_MONEY, DiscrepancyKind
from payments.signals import claim_answered
from tests.support import factories
from tests.support.payments.cases import accountant, case, fresh, in_vain, reallocation, refund
from tests.support.payments.settling import told

pytestmark = pytest.mark.django_db


def owner_of(of: Discrepancy) -> User | None:
    discrepancies.give_owners()
    return fresh(of).owner


@pytest.mark.parametrize("kind", DiscrepancyKind)
def test_each_kind_says_what_to_do(kind: DiscrepancyKind) -> None:
    made = discrepancies.new_discrepancy(kind, agency_id=1, amount=5, note="x" * 600)
    assert made.suggested_action and (made.kind, made.agency_id, made.amount) == (kind, 1, 5)
    assert made.note == "x" * 500
    assert (made.bill, made.payment, made.notification, made.closed_at) == (None, None, None, None)


def test_a_case_knows_what_it_is_about() -> None:
    payment = factories.payment()
    of: dict[str, Any] = {"bill": payment.bill, "payment": payment, "notification": told(payment)}
    made = discrepancies.new_discrepancy(DiscrepancyKind.SHORT, agency_id=1, amount=5, **of)
    assert {name: getattr(made, name) for name in of} == of


def test_a_case_is_late_after_three_days() -> None:
    assert timedelta(days=3) == discrepancies.PATIENCE


def test_open_cases_without_an_owner_are_given_the_oldest_first() -> None:
    agency = factories.agency()
    person, other = accountant(agency), factories.officer(agency)
    owned, closed = case(agency, owner=other), case(agency, closed_at=timezone.now())
    first, second = case(agency), case(agency)
    assert discrepancies.give_owners(limit=1) == 1
    assert [fresh(each).owner for each in (owned, closed, first, second)] == [other, None, person, None]
    assert discrepancies.give_owners() == 1
    assert fresh(second).owner == person


def test_who_has_fewest_open_cases_gets_the_next() -> None:
    agency = factories.agency()
    busy, free = accountant(agency), accountant(agency)
    case(agency, owner=busy)
    for _ in range(3):
        case(agency, owner=free, closed_at=timezone.now())
    assert owner_of(case(agency)) == free
    assert owner_of(case(agency)) == busy, "the first of those who have as many"


def test_a_case_counts_once_for_somebody_with_two_offices() -> None:
    agency = factories.agency()
    doubled, single = accountant(agency), accountant(agency)
    Membership.objects.create(
        user=doubled, agency=factories.agency(), role=Role.ACCOUNTANT, valid_during=factories.FOREVER
    )
    for owner, count in ((doubled, 2), (single, 3)):
        for _ in range(count):
            case(agency, owner=owner)
    assert owner_of(case(agency)) == doubled


def test_only_accountants_on_duty_own_cases() -> None:
    agency = factories.agency()
    factories.officer(agency, Role.RECEPTION_OFFICER)
    gone, inactive = accountant(agency), accountant(agency)
    gone.memberships.update(valid_during=DateRange(date(2020, 1, 1), date(2021, 1, 1)))
    User.objects.filter(pk=inactive.pk).update(is_active=False)
    accountant(factories.agency())
    waiting = case(agency)
    assert discrepancies.give_owners() == 0
    assert fresh(waiting).owner is None


def test_the_nearest_agency_with_an_accountant_answers() -> None:
    province = factories.agency("Tỉnh")
    above = accountant(province)
    commune = factories.agency(parent=province)
    assert owner_of(case(commune)) == above
    near = accountant(commune)
    assert owner_of(case(commune)) == near


def test_a_person_is_made_responsible_of_what_is_open() -> None:
    agency = factories.agency()
    person, actor = accountant(agency), accountant(agency)
    waiting, closed, other = case(agency), case(agency, closed_at=timezone.now()), case(agency)
    for each in (waiting, closed):
        discrepancies.assign(each, person, actor=actor)
    assert [fresh(each).owner for each in (waiting, closed, other)] == [person, None, None]
    entry = AuditEntry.objects.get(action="assign_case", subject=f"case:{waiting.pk}")
    assert (entry.actor, entry.agency, entry.detail) == (actor, agency, {"owner": person.pk})


@pytest.fixture
def answered() -> Iterator[list[Discrepancy]]:
    cases: list[Discrepancy] = []

    def note(case: Discrepancy, **_: object) -> None:
        cases.append(case)

    claim_answered.connect(note)
    yield cases
    claim_answered.disconnect(note)


@pytest.mark.parametrize("kind", [kind for kind in DiscrepancyKind if kind not in HOLDING_MONEY])
def test_what_holds_no_money_is_closed_once_with_a_reason(kind: str, answered: list[Discrepancy]) -> None:
    waiting = case(kind=kind)
    actor = accountant(waiting.agency)
    for reason in ("x" * 300, "again"):
        discrepancies.close(waiting, actor=actor, resolution=reason)
    closed = fresh(waiting)
    assert closed.closed_at and closed.resolution == "x" * 255
    entry = AuditEntry.objects.get(action="close_case")
    assert (entry.subject, entry.actor, entry.agency) == (f"case:{waiting.pk}", actor, waiting.agency)
    assert entry.detail == {"resolution": "x" * 300}
    assert answered == ([waiting] if kind == "charged_claim" else [])


@pytest.mark.parametrize("kind", HOLDING_MONEY)
def test_what_holds_money_is_closed_when_none_is_left(kind: str) -> None:
    waiting = case(kind=kind, used_amount=149_999)
    actor = accountant(waiting.agency)
    with pytest.raises(RefundRefused, match="còn giữ tiền"):
        discrepancies.close(waiting, actor=actor, resolution="xong")
    Discrepancy.objects.update(used_amount=150_000)
    discrepancies.close(waiting, actor=actor, resolution="xong")
    assert fresh(waiting).closed_at


@pytest.mark.parametrize(("state", "is_refused"), [("quarantined", True), ("done", False)])
def test_what_could_not_be_worked_off_is_set_aside_by_others(state: str, is_refused: bool) -> None:
    waiting = case(kind="quarantined", notification=told(factories.payment(), state=state))
    actor = accountant(waiting.agency)
    if is_refused:
        with pytest.raises(RefundRefused, match="chưa xử lý được"):
            discrepancies.close(waiting, actor=actor, resolution="xong")
    else:
        discrepancies.close(waiting, actor=actor, resolution="xong")
    assert (fresh(waiting).closed_at is None) == is_refused


@pytest.mark.parametrize("state", ["proposed", "approved", "sent", "to_transfer", "done", "rejected"])
def test_a_refund_that_is_not_decided_keeps_its_case_open(state: str) -> None:
    used, is_under_way = case(used_amount=150_000), state not in ("done", "rejected")
    refund(state, discrepancy=used)
    refund("proposed", discrepancy=case())
    discrepancies.close_when_used(used, "x" * 300)
    assert (fresh(used).closed_at is None) == is_under_way
    assert fresh(used).resolution == ("" if is_under_way else "x" * 255)


@pytest.mark.parametrize(("state", "is_under_way"), [("proposed", True), ("done", False), ("rejected", False)])
def test_a_move_that_is_not_decided_keeps_its_case_open(state: str, is_under_way: bool) -> None:
    used = case(used_amount=150_000)
    reallocation(used, state)
    reallocation(case(), "proposed")
    discrepancies.close_when_used(used, "xong")
    assert (fresh(used).closed_at is None) == is_under_way


def test_what_is_not_used_up_or_closed_before_stays_as_it_is() -> None:
    left, earlier = case(used_amount=149_999), timezone.now() - timedelta(days=1)
    closed = case(used_amount=150_000, closed_at=earlier, resolution="trước")
    for each in (left, closed):
        discrepancies.close_when_used(each, "xong")
    assert (fresh(left).closed_at, fresh(closed).closed_at, fresh(closed).resolution) == (None, earlier, "trước")


@pytest.mark.parametrize(("kind", "of_payment"), [("paid_in_vain", True), ("conflict", False)])
def test_a_refund_of_the_payment_concerns_only_what_asks_for_it(kind: str, of_payment: bool) -> None:
    payment = factories.payment()
    waiting = case(payment.bill.agency, kind, payment=payment)
    without = case(kind="paid_in_vain")
    refund("proposed", payment=payment)
    refund("proposed", discrepancy=case())
    actor = accountant(payment.bill.agency)
    if of_payment:
        with pytest.raises(RefundRefused, match="chưa xong"):
            discrepancies.close(waiting, actor=actor, resolution="xong")
    else:
        discrepancies.close(waiting, actor=actor, resolution="xong")
    discrepancies.close(without, actor=actor, resolution="xong")
    assert fresh(without).closed_at


def test_what_asked_for_money_back_is_closed_when_so_much_has_gone() -> None:
    payment, other, earlier = factories.payment(), factories.payment(), timezone.now() - timedelta(days=1)
    conflict, foreign = in_vain(payment, 1, kind="conflict"), in_vain(other, 1)
    closed = in_vain(payment, 1, closed_at=earlier, resolution="trước")
    least, exact, more = (in_vain(payment, amount) for amount in (1, 29_998, 1))
    discrepancies.close_refunded(other)
    refund("approved", 30_001, payment=payment)
    discrepancies.close_refunded(payment)
    assert fresh(least).closed_at is None, "nothing has gone back yet"
    for amount in (10_000, 20_000):
        refund("done", amount, payment=payment)
    discrepancies.close_refunded(payment)
    assert [bool(fresh(each).closed_at) for each in (least, exact, more, conflict, foreign)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert fresh(exact).resolution == "Đã hoàn tiền"
    assert (fresh(closed).closed_at, fresh(closed).resolution) == (earlier, "trước")


def test_what_only_waits_for_a_second_person_or_the_bank_is_told() -> None:
    waiting = case()
    assert discrepancies.pending_amount(waiting) == 0
    for number, state in enumerate(("proposed", "approved", "sent", "unknown", "to_transfer", "done", "rejected")):
        refund(state, 10**number, discrepancy=waiting)
    for amount, state in ((2, "proposed"), (20, "done"), (200, "rejected")):
        reallocation(waiting, state, amount)
    assert discrepancies.pending_amount(waiting) == 11_113


def test_what_was_closed_since_a_proposal_is_opened_again() -> None:
    payment, since = factories.payment(), timezone.now()
    before, at, after = (
        in_vain(payment, 1, closed_at=since + timedelta(seconds=seconds), resolution="x") for seconds in (-1, 0, 1)
    )
    conflict = in_vain(payment, 1, kind="conflict", closed_at=since)
    foreign = in_vain(factories.payment(), 1, closed_at=since)
    discrepancies.reopen_unreturned(payment, since=since)
    assert [bool(fresh(each).closed_at) for each in (before, at, after, conflict, foreign)] == [
        True,
        False,
        False,
        True,
        True,
    ]


def test_who_is_off_duty_gives_up_a_case_that_is_opened_again() -> None:
    agency = factories.agency()
    on_duty, gone = accountant(agency), factories.officer(agency)
    kept = case(agency, owner=on_duty, closed_at=timezone.now(), resolution="x")
    given = case(agency, owner=gone, closed_at=timezone.now(), resolution="x")
    for each in (kept, given):
        discrepancies.reopen(each)
        again = fresh(each)
        assert (again.closed_at, again.resolution, again.owner) == (None, "", on_duty)
        entry = AuditEntry.objects.get(action="reopen_case", subject=f"case:{each.pk}")
        assert (entry.actor, entry.agency) == (None, agency)
    assert AuditEntry.objects.filter(action="reopen_case").count() == 2
    discrepancies.reopen(kept)
    assert AuditEntry.objects.filter(action="reopen_case").count() == 2, "it is open"


def test_who_looks_after_a_case_gets_it_back_though_others_have_less_to_do() -> None:
    agency = factories.agency()
    owner = accountant(agency)
    accountant(agency)
    case(agency, owner=owner)
    closed = case(agency, owner=owner, closed_at=timezone.now())
    discrepancies.reopen(closed)
    assert fresh(closed).owner == owner
