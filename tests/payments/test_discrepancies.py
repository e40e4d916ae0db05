"""Cases have an owner who is on duty, and hold money until somebody has dealt with it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agencies.models import Agency, AuditEntry, Role, User
from payments import discrepancies, reallocation
from payments.callbacks import inbox
from payments.errors import RefundRefused
from payments.models import Discrepancy, Reallocation, Refund
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import workflow as refunds
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import paid

pytestmark = pytest.mark.django_db(transaction=True)


def surplus(of: Agency) -> Discrepancy:
    payment = factories.payment(of=factories.bill(of=of), gateway="vietinbank")
    for number in (1, 2):
        post(notify_bill(payment, transId=f"T{payment.pk}{number}", bankTransId=f"B{payment.pk}{number}"), "vietinbank")
    inbox.drain_all()
    return Discrepancy.objects.get(payment=payment)


def test_cases_are_shared_out_among_the_accountants_on_duty() -> None:
    agency = factories.agency()
    people = [factories.officer(agency, Role.ACCOUNTANT) for _ in range(2)]
    factories.officer(agency, Role.RECEPTION_OFFICER)
    for _ in range(4):
        surplus(agency)
    assert discrepancies.give_owners() == 4
    assert discrepancies.give_owners() == 0
    owners = list(Discrepancy.objects.values_list("owner", flat=True))
    assert sorted(owners) == sorted([person.pk for person in people] * 2)


def test_an_agency_without_accountants_leaves_its_cases_to_the_one_above() -> None:
    province = factories.agency("Tỉnh")
    accountant = factories.officer(province, Role.ACCOUNTANT)
    discrepancy = surplus(factories.agency(parent=province))
    discrepancies.give_owners()
    discrepancy.refresh_from_db()
    assert discrepancy.owner == accountant


def test_a_case_that_holds_money_is_not_closed_by_a_word() -> None:
    agency = factories.agency()
    with pytest.raises(RefundRefused):
        discrepancies.close(surplus(agency), actor=factories.officer(agency, Role.ACCOUNTANT), resolution="xong")


def proposed(case: Discrepancy, way: str) -> tuple[Refund | Reallocation, User]:
    """All money of a case is proposed to leave it."""
    maker = factories.officer(case.agency, Role.ACCOUNTANT)
    if way == "refund":
        return refunds.propose_for_case(case, refunds.Proposal(150_000, 150_000, "surplus", "k"), maker=maker), maker
    wish = reallocation.ReallocationRequest([factories.bill(of=case.agency).reference], 150_000, "nhầm mã", "k")
    return reallocation.propose(case, wish, maker=maker), maker


def reject(proposal: Refund | Reallocation, checker: User) -> None:
    if isinstance(proposal, Refund):
        refunds.reject(proposal, checker=checker)
    else:
        reallocation.reject(proposal, checker=checker)


@pytest.mark.parametrize("way", ["refund", "move"])
def test_a_case_is_not_closed_while_its_money_is_only_proposed(way: str) -> None:
    case = surplus(factories.agency())
    _, maker = proposed(case, way)
    with pytest.raises(RefundRefused, match="chưa xong"):
        discrepancies.close(case, actor=maker, resolution="xong")
    case.refresh_from_db()
    assert case.closed_at is None


@pytest.mark.parametrize("way", ["refund", "move"])
def test_money_that_a_rejection_frees_stands_on_an_open_case_with_an_owner(way: str) -> None:
    case = surplus(factories.agency())
    proposal, _maker = proposed(case, way)
    Discrepancy.objects.filter(pk=case.pk).update(closed_at=timezone.now(), resolution="xong")  # as earlier releases
    reject(proposal, factories.officer(case.agency, Role.ACCOUNTANT))
    case.refresh_from_db()
    assert (case.remaining_amount, case.closed_at, case.resolution) == (150_000, None, "")
    assert case.owner is not None
    assert AuditEntry.objects.filter(action="reopen_case", subject=f"case:{case.pk}").count() == 1


def test_a_payment_in_vain_stays_a_case_until_its_refund_is_decided() -> None:
    payment = paid()
    agency = payment.bill.agency
    maker, checker = (factories.officer(agency, Role.ACCOUNTANT) for _ in range(2))
    kind = DiscrepancyKind.PAID_IN_VAIN
    case = discrepancies.new_discrepancy(kind, agency_id=agency.pk, amount=150_000, bill=payment.bill, payment=payment)
    case.save()
    wanted = refunds.propose_for_payment(payment, refunds.Proposal(150_000, 150_000, "refused", "k"), maker=maker)
    with pytest.raises(RefundRefused, match="chưa xong"):
        discrepancies.close(case, actor=maker, resolution="xong")
    Discrepancy.objects.filter(pk=case.pk).update(closed_at=timezone.now())
    refunds.reject(wanted, checker=checker)
    case.refresh_from_db()
    assert (case.closed_at, case.owner is None) == (None, False)
