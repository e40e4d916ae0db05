"""A terminal's reference counts for one payment of an agency and a day; the field says where it was used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency, Role, User
from dossiers.models import Dossier
from payments.cash_desk import collect as cash_desk
from payments.models import CounterPayment, Payment
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


@pytest.fixture
def cashier(agency: Agency) -> User:
    user = factories.officer(agency, Role.CASHIER)
    cash_desk.open_shift(user, agency, opening_amount=0)
    return user


def take_card(browser: Client, dossier: Dossier, reference: str, **more: Any) -> Any:
    bill = dossier.bills.get()
    data = {"bill": bill.pk, "tender": "pos", "received": bill.amount, "terminal_ref": reference, **more}
    return browser.post(reverse("desk-take", args=[dossier.code]), data)


@pytest.mark.parametrize("typed", ["000123", " 000 123", "０００123", "000\xa0123"])
@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "True"}], ids=["before the confirm page", "on it"])
def test_a_reference_used_before_is_refused_at_its_field_by_the_dossier_that_has_it(
    agency: Agency, cashier: User, typed: str, confirmed: dict[str, str]
) -> None:
    first, second = factories.dossier(agency), factories.dossier(agency)
    browser = browser_of(cashier)
    assert take_card(browser, first, "000123", confirmed="True").status_code == 302
    answer = take_card(browser, second, typed, **confirmed)
    assert answer.status_code == 422
    said = str(answer.context["form"].errors["terminal_ref"])
    assert first.code in said and "đã dùng" in said
    assert Payment.objects.count() == 1


def test_terminals_count_anew_at_another_agency_and_on_another_day(
    agency: Agency, cashier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, browser = factories.dossier(), browser_of(cashier)
    other = factories.officer(elsewhere.agency, Role.CASHIER)
    cash_desk.open_shift(other, elsewhere.agency, opening_amount=0)
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert take_card(browser_of(other), elsewhere, "000123", confirmed="True").status_code == 302
    assert take_card(browser, factories.dossier(agency), "000123", confirmed="True").status_code == 302
    localdate = timezone.localdate
    monkeypatch.setattr(
        timezone, "localdate", lambda value=None, zone=None: localdate(value, zone) if value else tomorrow
    )
    assert take_card(browser, factories.dossier(agency), "000123", confirmed="True").status_code == 302
    taken = Payment.objects.filter(counter__terminal_ref="000123")
    assert [(payment.state, payment.bill.state) for payment in taken] == [("paid", "paid")] * 3
    assert ledger_check.check() == []


def test_of_two_cashiers_who_type_one_reference_at_once_one_is_told(agency: Agency) -> None:
    cashiers = [factories.officer(agency, Role.CASHIER) for _ in range(2)]
    for each in cashiers:
        cash_desk.open_shift(each, agency, opening_amount=0)
    bills = [factories.dossier(agency).bills.get() for _ in cashiers]
    card = cash_desk.Taking("pos", 10_000, "000123")
    answers = at_once(2, lambda number: cash_desk.take(bills[number], card, cashier=cashiers[number]))
    assert {type(each).__name__ for each in answers} == {"Payment", "TerminalReferenceUsed"}
    assert CounterPayment.objects.count() == 1


def test_the_same_card_confirmed_twice_is_one_payment_and_says_so(agency: Agency, cashier: User) -> None:
    dossier, browser = factories.dossier(agency), browser_of(cashier)
    for _pressed in range(2):
        answer = take_card(browser, dossier, "000123", confirmed="True")
        page = browser.get(answer["Location"]).content.decode()
        assert "bằng thẻ" in page
        assert "Đừng thu thêm" not in page
    assert Payment.objects.count() == 1


def test_cash_confirmed_twice_is_taken_once_and_says_what_to_give_back(agency: Agency, cashier: User) -> None:
    dossier, browser = factories.dossier(agency), browser_of(cashier)
    cash = {"bill": dossier.bills.get().pk, "tender": "cash", "received": 50_000, "confirmed": "True"}
    for _pressed in range(2):
        page = browser.post(reverse("desk-take", args=[dossier.code]), cash, follow=True).content.decode()
        assert "Trả lại khách 40.000" in page.replace("\xa0", " ")
        assert "Đừng thu thêm" not in page
    assert Payment.objects.count() == 1
    again = browser.post(reverse("desk-take", args=[dossier.code]), cash | {"received": 20_000}, follow=True)
    assert "Đừng thu thêm" in again.content.decode(), "another sum is no second press"
