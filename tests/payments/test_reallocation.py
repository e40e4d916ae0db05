"""Money for the wrong code, or for several: moved by two persons, through the one door, never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from agencies.models import Role, User
from payments import reallocation
from payments.bills import create as bills_create
from payments.errors import BillNotPayable, PaymentsError, ReallocationRefused, RemainingChanged, SamePerson
from payments.models import Bill, Discrepancy, Reallocation, Receipt
from payments.settlement import ledger_check
from payments.states import BillState, ReallocationState
from tests.support import factories
from tests.support.payments.accounting import said, sign_in, surplus
from tests.support.payments.statements import file_of, line, match, paid_yesterday

pytestmark = pytest.mark.django_db(transaction=True)


def accountant(case: Discrepancy) -> User:
    return factories.officer(case.agency, Role.ACCOUNTANT)


def wish(case: Discrepancy, *bills: Bill, **changes: Any) -> reallocation.ReallocationRequest:
    values = {"references": [bill.reference for bill in bills], "remaining_seen": case.remaining_amount}
    return reallocation.ReallocationRequest(**{**values, "note": "Chuyển gộp", "idempotency_key": "k", **changes})


def one_transfer_for_many(amount: int) -> Discrepancy:
    """A transfer that names nothing we know, seen in the bank's statement."""
    account = paid_yesterday().merchant_account
    match(account, file_of(line("GOP-1", amount, "", "nop chung cho ca nha")))
    return Discrepancy.objects.get(kind="unknown_reference")


def states(*bills: Bill) -> list[str]:
    return [Bill.objects.get(pk=bill.pk).state for bill in bills]


def test_one_transfer_for_two_bills_is_split_and_the_rest_stays() -> None:
    case = one_transfer_for_many(250_000)
    one, two = (factories.bill(amount, of=case.agency) for amount in (150_000, 75_000))
    move = reallocation.propose(case, wish(case, one, two), maker=accountant(case))
    assert states(one, two) == ["open", "open"]
    reallocation.approve(move, checker=accountant(case))
    case.refresh_from_db()
    assert states(one, two) == ["paid", "paid"]
    assert (case.remaining_amount, case.closed_at) == (25_000, None)
    assert Receipt.objects.filter(bill__in=(one, two)).count() == 2
    assert one.payments.get().gateway == "moved"
    assert ledger_check.check() == []


def test_money_at_the_provinces_contract_goes_to_a_bill_of_its_commune() -> None:
    """One contract for the whole province: what names no order is the province's case, the bill a commune's."""
    case = one_transfer_for_many(150_000)
    commune, stranger = factories.agency(parent=case.agency), factories.agency()
    meant, foreign = factories.bill(of=commune), factories.bill(of=stranger)
    with pytest.raises(ReallocationRefused):
        reallocation.propose(case, wish(case, foreign), maker=accountant(case))
    reallocation.approve(
        reallocation.propose(case, wish(case, meant), maker=accountant(case)), checker=accountant(case)
    )
    assert states(meant, foreign) == ["paid", "open"]
    assert ledger_check.check() == []


def test_money_of_a_commune_never_goes_to_a_bill_above_it() -> None:
    case = one_transfer_for_many(150_000)
    province = factories.agency()
    type(case.agency).objects.filter(pk=case.agency_id).update(parent=province)
    with pytest.raises(ReallocationRefused):
        reallocation.propose(case, wish(case, factories.bill(of=province)), maker=accountant(case))


def test_surplus_that_is_all_used_closes_its_case() -> None:
    case = surplus()
    meant = factories.bill(of=case.agency)
    reallocation.approve(
        reallocation.propose(case, wish(case, meant), maker=accountant(case)), checker=accountant(case)
    )
    case.refresh_from_db()
    assert (states(meant), case.remaining_amount) == (["paid"], 0)
    assert case.closed_at
    assert ledger_check.check() == []


def test_nobody_approves_his_own_and_a_decision_is_made_once() -> None:
    case = surplus()
    maker, checker = accountant(case), accountant(case)
    move = reallocation.propose(case, wish(case, factories.bill(of=case.agency)), maker=maker)
    with pytest.raises(SamePerson):
        reallocation.approve(move, checker=maker)
    reallocation.reject(move, checker=checker)
    case.refresh_from_db()
    assert case.remaining_amount == 150_000
    with pytest.raises(ReallocationRefused):
        reallocation.approve(move, checker=checker)
    assert ledger_check.check() == []


def test_what_does_not_fit_is_refused_and_holds_nothing() -> None:
    case = surplus()
    maker = accountant(case)
    dear, elsewhere = factories.bill(150_001, of=case.agency), factories.bill(of=factories.agency())
    for wanted, error in (
        (wish(case, dear), ReallocationRefused),
        (wish(case, elsewhere), ReallocationRefused),
        (wish(case, case.bill or dear), ReallocationRefused),
        (wish(case), ReallocationRefused),
        (wish(case, factories.bill(of=case.agency), remaining_seen=1), RemainingChanged),
    ):
        with pytest.raises(error):
            reallocation.propose(case, wanted, maker=maker)
    case.refresh_from_db()
    assert (case.used_amount, Reallocation.objects.count()) == (0, 0)


def test_a_bill_paid_meanwhile_stops_the_move_and_nothing_is_half_done() -> None:
    case = one_transfer_for_many(300_000)
    one, two = (factories.bill(of=case.agency) for _ in range(2))
    move = reallocation.propose(case, wish(case, one, two), maker=accountant(case))
    bills_create.cancel_bill(two, reason="withdrawn")
    with pytest.raises(BillNotPayable):
        reallocation.approve(move, checker=accountant(case))
    assert states(one) == [BillState.OPEN]
    assert not one.payments.exists()
    move.refresh_from_db()
    assert move.state == ReallocationState.PROPOSED


def test_ten_checkers_at_once_move_it_once() -> None:
    case = surplus()
    move = reallocation.propose(case, wish(case, factories.bill(of=case.agency)), maker=accountant(case))
    checkers = [accountant(case) for _ in range(10)]

    def approve(checker: User) -> bool:
        try:
            reallocation.approve(Reallocation.objects.get(pk=move.pk), checker=checker)
        except PaymentsError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(approve, checkers)) == 1
    assert ledger_check.check() == []


def test_the_pages_lead_through_it() -> None:
    case = surplus()
    meant = factories.bill(of=case.agency)
    making, checking = sign_in(accountant(case)), sign_in(accountant(case))
    path = f"/doi-soat/sai-lech/{case.pk}/"
    form = making.get(path).context["move_form"]
    values = {name: form[name].value() for name in ("remaining", "key")}
    wrong = making.post(f"{path}chuyen/", {**values, "references": "KHONG-CO", "why": "gộp"}, follow=True)
    assert "KHONG-CO" in said(wrong)
    assert "Vì sao" in said(making.post(f"{path}chuyen/", {**values, "references": ""}))
    values |= {"references": f" {meant.reference}\n", "why": "ghi nhầm mã"}
    assert "Một người khác phải duyệt" in said(making.post(f"{path}chuyen/", values, follow=True))
    assert "Duyệt chuyển tiền" not in said(making.get(path))
    assert "Duyệt chuyển tiền" in said(checking.get(path))
    move = Reallocation.objects.get()
    answer = checking.post(f"{path}chuyen/{move.pk}/", {"answer": "approve"}, follow=True)
    assert "đã được ghi nhận đã nộp" in said(answer)
    assert states(meant) == ["paid"]


def test_cases_whose_money_waits_for_ones_decision_are_a_list_of_their_own() -> None:
    case = surplus()
    maker, checker = accountant(case), accountant(case)
    reallocation.propose(case, wish(case, factories.bill(of=case.agency)), maker=maker)

    def listed(person: User) -> list[int]:
        return [row.pk for row in sign_in(person).get("/doi-soat/sai-lech/?state=moving").context["page"]]

    assert (listed(checker), listed(maker)) == ([case.pk], [])
