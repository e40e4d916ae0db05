"""What an accountant stumbled over at month end: whose money it is, who reconciles it, what waits, what to check."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import AuditEntry, Role, User
from payments import reallocation
from payments.accounting.access import staff_of
from payments.callbacks import inbox
from payments.cash_desk import collect as cash_desk
from payments.errors import ReallocationRefused, RefundRefused
from payments.exports.write import file_name
from payments.models import Bill, Discrepancy, LedgerEvent, MerchantAccount, Refund
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import MONEY_IN, RefundState
from tests.support import factories
from tests.support.markup import tight
from tests.support.notifications import notify_bill
from tests.support.payments.accounting import said, sign_in, signed_in, surplus
from tests.support.payments.callbacks import post
from tests.support.payments.statements import YESTERDAY, paid_yesterday

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(answer: Any) -> str:
    return tight(said(answer)).replace("\u00a0", " ")


def accountant(case: Discrepancy) -> User:
    return factories.officer(case.agency, Role.ACCOUNTANT)


def proposed(case: Discrepancy, maker: User) -> Refund:
    wish = refunds.Proposal(15_000, case.remaining_amount, "surplus", "k", bank_account="VCB · 0123456789 · NGUYEN A")
    return refunds.propose_for_case(case, wish, maker=maker)


def test_only_contracts_with_a_bank_are_offered_and_closed() -> None:
    case = surplus()
    bill = factories.bill(150_000, of=case.agency)
    wish = reallocation.ReallocationRequest([bill.reference], 150_000, "x", "k")
    reallocation.approve(reallocation.propose(case, wish, maker=accountant(case)), checker=accountant(case))
    moved = MerchantAccount.objects.get(gateway="moved")
    user = accountant(case)
    assert [account.gateway for account in staff_of(user).accounts()] == ["vietinbank"]
    client = sign_in(user)
    for page in ("/doi-soat/sao-ke/", "/doi-soat/"):
        assert moved.merchant_id not in said(client.get(page))
    assert client.get(f"/doi-soat/ngay/{moved.pk}/{YESTERDAY}/").status_code == 404


def test_a_commune_sees_what_came_for_it_through_the_contract_of_its_province() -> None:
    province = factories.agency("Tỉnh Phú Thọ")
    factories.merchant(province, "vietinbank")
    own = factories.agency()
    account = factories.merchant(own, "vnptpay")
    paid_yesterday(of=factories.bill(70_000, of=own))
    paid_yesterday(of=factories.bill(90_000))
    client = signed_in(own)
    for page in ("/doi-soat/", f"/doi-soat/ngay/{account.pk}/{YESTERDAY}/"):
        text = text_of(client.get(page))
        assert "70.000 đ (1 khoản) qua hợp đồng VietinBank · PT044: do kế toán của Tỉnh Phú Thọ đối soát" in text
        assert "160.000 đ" not in text
    mine = f"/doi-soat/ngay/{MerchantAccount.objects.get(gateway='vietinbank').pk}/{YESTERDAY}/"
    assert "qua hợp đồng VietinBank · PT044" not in text_of(signed_in(province).get(mine))


def test_the_day_names_each_transaction_by_its_own_number() -> None:
    payment = paid_yesterday()
    again = notify_bill(payment, transId="TXagain", bankTransId="AGAIN-1", transTime=f"{YESTERDAY:%Y%m%d}101500")
    post(again, "vietinbank")
    inbox.drain_all()
    numbers = {event.reference for event in LedgerEvent.objects.filter(kind__in=MONEY_IN)}
    page = text_of(signed_in(payment.bill.agency).get(f"/doi-soat/ngay/{payment.merchant_account_id}/{YESTERDAY}/"))
    assert len(numbers) == 2
    assert all(f'<td class="code">{number}</td>' in page for number in numbers)


def test_money_of_one_payer_goes_to_another_only_with_both_names_and_a_reason() -> None:
    case = surplus()
    other = factories.bill(50_000, of=case.agency, payer_name="Trần Văn Khác")
    same = factories.bill(50_000, of=case.agency, payer_name="NGUYEN THI BINH")
    maker = sign_in(accountant(case))
    page = f"/doi-soat/sai-lech/{case.pk}/"
    assert "Tiền này do Nguyễn Thị Bình nộp." in text_of(maker.get(page))
    given = {
        "references": f"{other.reference}\n{same.reference}", "why": "Nộp nhầm", "remaining": 150_000,
        "key": "9b0a6ed4-6f6d-4a1f-9d61-0d8a5a3a9f10",
    }  # fmt: skip
    refused = text_of(maker.post(f"{page}chuyen/", given))
    assert f"Tiền do Nguyễn Thị Bình nộp, nhưng các khoản này đứng tên người khác: {other.reference}" in refused
    assert same.reference not in refused.split("đứng tên người khác")[1].split("Ghi lý do")[0]
    assert "Nộp nhầm" in refused, "what was typed stays"
    assert not case.reallocations.exists()
    with pytest.raises(ReallocationRefused):
        reallocation.propose(
            case, reallocation.ReallocationRequest([other.reference], 150_000, "x", "k"), maker=accountant(case)
        )
    maker.post(f"{page}chuyen/", {**given, "other_payer": "Con nộp cho bố"})
    move = case.reallocations.get()
    assert "Con nộp cho bố" in move.note
    seen = text_of(sign_in(accountant(case)).get(page))
    assert "tiền do Nguyễn Thị Bình nộp" in seen
    assert "người nộp: Trần Văn Khác" in seen


def test_who_proposed_a_refund_checks_its_account_and_takes_it_back() -> None:
    case = surplus()
    maker = accountant(case)
    refund = proposed(case, maker)
    client, address = sign_in(maker), f"/doi-soat/hoan-tien/{refund.pk}/"
    assert "0123456789" in said(client.get(address))
    assert AuditEntry.objects.filter(action="view_bank_account", actor=maker).exists()
    assert "0123456789" not in said(signed_in(case.agency, Role.AUDITOR).get(address))
    with pytest.raises(RefundRefused):
        refunds.withdraw(refund, maker=accountant(case))
    assert "Đã rút lại đề nghị" in said(client.post(f"{address}rut-lai/", follow=True))
    refund.refresh_from_db()
    case.refresh_from_db()
    assert (refund.state, refund.checker, case.remaining_amount) == (RefundState.REJECTED, None, 150_000)
    assert "Người đề nghị đã rút lại" in said(client.get(address))
    assert "Chỉ người đề nghị rút lại được" in said(client.post(f"{address}rut-lai/", follow=True))
    assert ledger_check.check() == []


def test_what_waits_for_a_decision_is_not_said_to_be_done() -> None:
    case = surplus()
    proposed(case, accountant(case))
    text = text_of(signed_in(case.agency).get(f"/doi-soat/sai-lech/{case.pk}/"))
    assert "<dt>Đã xử lý</dt><dd>0 đ</dd>" in text.replace("> ", ">").replace(" <", "<")
    assert "<dt>Đang chờ duyệt hoặc chờ ngân hàng</dt><dd>15.000 đ</dd>" in text.replace("> ", ">").replace(" <", "<")


def test_a_wrong_count_does_not_tell_what_should_be_there() -> None:
    bill = factories.bill(37_000)
    cashier = factories.officer(bill.agency, Role.CASHIER)
    shift = cash_desk.open_shift(cashier, bill.agency, opening_amount=0)
    cash_desk.take(Bill.objects.with_payments().get(pk=bill.pk), cash_desk.Taking("cash", 37_000), cashier=cashier)
    answer = text_of(sign_in(cashier).post(f"/doi-soat/ca-thu/{shift.pk}/dong/", {"counted_amount": "30.000"}))
    assert "Số đếm được 30.000 đ không khớp sổ" in answer
    assert "37.000" not in answer
    assert "7.000 đ" not in answer


def test_files_of_different_filters_have_different_names() -> None:
    names = {
        file_name("hoan-tien", "csv", query)
        for query in ("", "state=all", "state=done", "state=done&from=2026-11-01", "q=Nguyen+Van+A")
    }
    assert len(names) == 5
    assert not any("nguyen" in name.lower() for name in names), "a name of a person stands in no name of a file"
