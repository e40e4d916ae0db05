"""A case says what holds now: later money, a closed bill, or a bank that takes back make another thing of it."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Role
from payments import discrepancies
from payments.bills.create import cancel_bill
from payments.callbacks import inbox
from payments.models import Discrepancy, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.states import PaymentState
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import paid, proposal, refunds, reverse
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST, REFUND_IT = "/doi-soat/sai-lech/", "Hoàn lại cho người nộp hoặc chuyển sang khoản khác của họ."


def told(case: Discrepancy) -> tuple[str, str]:
    """What an accountant reads of a case on its page: its title, and the advice, which stand in the list too."""
    browser = browser_of(factories.officer(case.agency, Role.ACCOUNTANT))
    shown: Discrepancy = browser.get(f"{LIST}{case.pk}/").context["case"]
    name, advice = str(shown.current_kind.label), str(shown.suggested_action)
    for address in (f"{LIST}{case.pk}/", LIST):
        page = browser.get(address).content.decode()
        assert name in page and advice in page
    return name, advice


def sent(payment: Payment, amount: int, number: int = 1) -> Discrepancy:
    post(notify_bill(payment, amount, transId=f"T{number}", bankTransId=f"B{number}"), "vietinbank")
    inbox.drain_all()
    return Discrepancy.objects.latest("pk")


@pytest.mark.parametrize("end", ["paid otherwise", "closed"])
@pytest.mark.parametrize("amount", [30_000, 2_000_000], ids=["too little", "far too much"])
def test_all_of_a_wrong_sum_is_surplus_once_its_bill_is_owed_no_more(amount: int, end: str) -> None:
    bill = factories.bill()
    case = sent(factories.payment(of=bill, gateway="vietinbank"), amount)
    before = told(case)
    if end == "closed":
        cancel_bill(bill, reason="x")
    else:
        post(confirm(factories.payment(of=bill)))
        inbox.drain_all()
    surplus = (str(DiscrepancyKind.SURPLUS.label), REFUND_IT)
    assert told(Discrepancy.objects.get(pk=case.pk)) == surplus != before
    browser: Any = browser_of(factories.officer(case.agency, Role.ACCOUNTANT))
    assert list(browser.get(f"{LIST}?kind=surplus").context["page"]) == [case]
    assert not list(browser.get(f"{LIST}?kind={case.kind}").context["page"])
    assert [row["kind"] for row in browser.get("/doi-soat/").context["cases"]] == ["surplus"]


def test_parts_that_are_used_stay_what_they_were() -> None:
    payment = factories.payment(gateway="vietinbank")
    part = sent(payment, 50_000)
    sent(payment, 100_000, number=2)
    part.refresh_from_db()
    assert part.closed_at and part.current_kind == DiscrepancyKind.SHORT


def test_surplus_of_a_bill_that_is_owed_again_is_for_that_bill() -> None:
    payment = paid()
    second = factories.payment(of=payment.bill, gateway="vietinbank")
    case = sent(second, second.amount)
    assert told(case)[1] == REFUND_IT
    reverse(payment)
    inbox.drain_all()
    assert "vào chính khoản đó" in told(Discrepancy.objects.get(pk=case.pk))[1]


@pytest.mark.parametrize("end", ["paid again", "closed"])
def test_what_the_bank_took_back_is_closed_when_it_is_owed_no_more(end: str) -> None:
    payment = paid()
    reverse(payment)
    inbox.drain_all()
    assert discrepancies.close_overtaken() == 0, "it is owed"
    debt = discrepancies.new_discrepancy(
        DiscrepancyKind.DEBT, agency_id=payment.bill.agency_id, bill=payment.bill, amount=payment.amount
    )
    debt.save()
    if end == "closed":
        payment.bill.refresh_from_db()
        cancel_bill(payment.bill, reason="x")
    else:
        post(confirm(factories.payment(of=payment.bill)))
        inbox.drain_all()
    assert discrepancies.close_overtaken() == 2
    resolutions = set(Discrepancy.objects.values_list("resolution", flat=True))
    assert resolutions == {"Khoản không còn phải nộp" if end == "closed" else "Khoản đã được nộp lại"}
    assert discrepancies.close_overtaken() == 0


def test_nothing_is_to_be_refunded_of_what_the_bank_took_back() -> None:
    payment = paid()
    in_vain = discrepancies.new_discrepancy(
        DiscrepancyKind.PAID_IN_VAIN,
        agency_id=payment.bill.agency_id,
        bill=payment.bill,
        payment=payment,
        amount=payment.amount,
    )
    in_vain.save()
    assert discrepancies.close_overtaken() == 0
    reverse(payment)
    inbox.drain_all()
    assert Payment.objects.get(pk=payment.pk).state == PaymentState.REVERSED
    assert discrepancies.close_overtaken() == 1
    in_vain.refresh_from_db()
    assert in_vain.resolution == "Ngân hàng đã thu hồi tiền: không còn gì để hoàn"


def test_a_case_with_a_proposal_waits_for_who_decides_it() -> None:
    payment = paid()
    maker = factories.officer(payment.bill.agency, Role.ACCOUNTANT)
    refunds.propose_for_payment(payment, proposal(payment.amount, payment.amount), maker=maker)
    discrepancies.new_discrepancy(
        DiscrepancyKind.PAID_IN_VAIN, agency_id=payment.bill.agency_id, payment=payment, bill=payment.bill, amount=1
    ).save()
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.REVERSED, is_applied=False)
    assert discrepancies.close_overtaken() == 0
