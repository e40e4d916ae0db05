"""A card payment that a cashier invented, and a drawer nobody counted: neither goes to an account."""

from __future__ import annotations

import itertools
import uuid

import pytest
from django.utils import timezone

from agencies.models import Role, User
from payments.bills import evidence
from payments.cash_desk import collect as cash_desk
from payments.cash_desk import proof
from payments.errors import RefundRefused
from payments.models import Discrepancy, LedgerEvent, Payment, Refund, Statement, StatementRow
from payments.refunds import workflow as refunds
from tests.support import factories
from tests.support.payments.accounting import said
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = "VCB · 0123456789 · KE GIAN"
_keys = itertools.count(1)


@pytest.fixture
def cashier() -> User:
    agency = factories.agency()
    cashier = factories.officer(agency, Role.CASHIER)
    cash_desk.open_shift(cashier, agency, opening_amount=0)
    return cashier


def taken(cashier: User, tender: str = "pos") -> Payment:
    bill = factories.bill(of=cashier.shifts.get().agency)
    reference = f"INVENTED{next(_keys)}" if tender == "pos" else ""
    return cash_desk.take(bill, cash_desk.Taking(tender, 150_000, reference), cashier=cashier)


def wanted(account: str) -> refunds.Proposal:
    return refunds.Proposal(150_000, 150_000, "collected_in_error", f"k{next(_keys)}", bank_account=account)


def propose(payment: Payment, account: str) -> Refund:
    payment.refresh_from_db()
    maker = factories.officer(payment.bill.agency, Role.ACCOUNTANT)
    return refunds.propose_for_payment(payment, wanted(account), maker=maker)


@pytest.mark.parametrize("tender", ["pos", "cash"])
def test_what_only_a_cashier_says_came_is_refunded_to_no_account(cashier: User, tender: str) -> None:
    payment = taken(cashier, tender)
    with pytest.raises(RefundRefused, match="Chưa hoàn vào tài khoản"):
        propose(payment, ACCOUNT)
    refund = propose(payment, "")
    assert refund.maker
    with pytest.raises(RefundRefused, match="Chưa hoàn vào tài khoản"):
        refunds.give_account(refund, ACCOUNT, actor=refund.maker)
    Refund.objects.update(bank_account=ACCOUNT)  # proposed before the rule, or around it
    with pytest.raises(RefundRefused, match="Chưa hoàn vào tài khoản"):
        refunds.approve(refund, checker=factories.officer(payment.bill.agency, Role.ACCOUNTANT))
    Refund.objects.update(bank_account="")
    refunds.approve(refund, checker=factories.officer(payment.bill.agency, Role.ACCOUNTANT))  # at the counter


def test_surplus_of_an_invented_card_goes_to_no_account_either(cashier: User) -> None:
    payment = taken(cashier)
    twice = cash_desk.Taking("pos", 150_000, "INVENTEDAGAIN")
    cash_desk.take(payment.bill, twice, cashier=cashier, despite_open=True)
    case = Discrepancy.objects.get(kind="surplus")
    accountant = factories.officer(case.agency, Role.ACCOUNTANT)
    proposal = refunds.Proposal(150_000, 150_000, "surplus", "k", bank_account=ACCOUNT)
    with pytest.raises(RefundRefused, match="Chưa hoàn vào tài khoản"):
        refunds.propose_for_case(case, proposal, maker=accountant)
    page = browser_of(accountant)
    form = {
        "reason": "surplus",
        "amount": "150000",
        "remaining": "150000",
        "key": str(uuid.uuid4()),
    }
    assert "Đã đề nghị hoàn" in said(page.post(f"/doi-soat/sai-lech/{case.pk}/hoan-tien/", form, follow=True))
    refund = Refund.objects.get()
    refunds.approve(refund, checker=factories.officer(case.agency, Role.ACCOUNTANT))


def test_a_counted_drawer_and_a_card_in_the_banks_file_may_go_to_an_account(cashier: User) -> None:
    cash, card = taken(cashier, "cash"), taken(cashier)
    assert [proof.waits_for(payment)[:4] for payment in (cash, card)] == ["Tiền", "Thẻ,"]
    accountant = browser_of(factories.officer(card.bill.agency, Role.ACCOUNTANT))
    page = said(accountant.get(f"/doi-soat/lan-nop/{card.pk}/"))
    assert "Người ghi nhận" in page and "chờ đối soát" in page
    cash_desk.close_shift(cashier.shifts.get(), counted_amount=150_000)
    assert propose(cash, ACCOUNT).bank_account == ACCOUNT
    people = [factories.officer(card.bill.agency, Role.ACCOUNTANT) for _ in range(2)]
    statement = Statement.objects.create(
        merchant_account=card.merchant_account, file_name="the.csv", sha256="0" * 64, state="done"
    )
    event = LedgerEvent.objects.get(payment=card, kind="payment_paid")
    now = timezone.now()
    StatementRow.objects.create(
        statement=statement, merchant_account=card.merchant_account, line_number=2, gateway_ref=card.gateway_ref,
        amount=150_000, occurred_at=now, value_date=now.date(), state="matched", event=event,
    )  # fmt: skip
    assert not proof.is_proved(card), "a file that one person confirmed proves no card"
    maker, checker = people
    Statement.objects.update(uploaded_by=maker, confirmed_by=checker, is_countersigned=True)
    assert proof.is_proved(card) and propose(card, ACCOUNT)


def test_the_register_says_what_was_typed(cashier: User) -> None:
    payment = taken(cashier)
    accountant = browser_of(factories.officer(payment.bill.agency, Role.ACCOUNTANT))
    assert "Người ghi nhận" in said(accountant.get("/doi-soat/bien-lai/bang-ke/"))
    loaded = Payment.objects.prefetch_related(evidence.with_files()).get(pk=payment.pk)
    assert evidence.in_words(loaded) == "Người ghi nhận"
