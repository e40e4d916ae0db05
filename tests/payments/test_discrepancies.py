"""Cases have an owner who is on duty, and hold money until somebody has dealt with it."""

from __future__ import annotations

import pytest

from agencies.models import Agency, Role
from payments import discrepancies
from payments.callbacks import inbox
from payments.errors import RefundRefused
from payments.models import Discrepancy
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post

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
