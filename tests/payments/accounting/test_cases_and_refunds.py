"""Cases and refunds by their pages: an owner, two people, never what the law keeps."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from agencies.models import AuditEntry, Role, User
from payments.accounting.refunds.views import NEXT_STEPS, masked
from payments.api.clients import create_client
from payments.bills.create import NewLine
from payments.models import Discrepancy, Payment, Refund
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import BillState, RefundState
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import paid, said, sign_in, surplus
from tests.support.payments.statements import file_of, line, match, paid_yesterday

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = {"bank": "Vietcombank", "account_number": "0123 456.789", "holder": "NGUYEN THI BINH"}
BANK_ACCOUNT = "Vietcombank · 0123456789 · NGUYEN THI BINH"


def two_accountants(agency: Any) -> tuple[User, Client, User, Client]:
    maker, checker = (factories.officer(agency, Role.ACCOUNTANT) for _ in range(2))
    return maker, sign_in(maker), checker, sign_in(checker)


def fields(page: Any, **changes: Any) -> dict[str, Any]:
    """What the refund form of a page would send, with some fields filled in differently."""
    form = page.context["form"]
    return {**{name: form[name].value() for name in form.fields if form[name].value()}, **changes}


def test_surplus_is_taken_over_proposed_approved_transferred_and_closed() -> None:
    case = surplus()
    maker, making, checker, checking = two_accountants(case.agency)
    page = making.get(f"/doi-soat/sai-lech/{case.pk}/")
    for words in ("Hoàn lại cho người nộp", "Ngân hàng báo", f"AGAIN-{case.payment_id}", "Còn hoàn được 150.000"):
        assert words in said(page)
    assert "đang phụ trách" in said(making.post(f"/doi-soat/sai-lech/{case.pk}/nhan/", follow=True))
    case.refresh_from_db()
    assert case.owner == maker

    values = fields(page, amount="150.000", **ACCOUNT, note="Chuyển hai lần")
    assert "phải duyệt" in said(making.post(f"/doi-soat/sai-lech/{case.pk}/hoan-tien/", values, follow=True))
    refund = Refund.objects.get()
    detail = f"/doi-soat/hoan-tien/{refund.pk}/"
    assert (refund.amount, refund.state, refund.maker) == (150_000, RefundState.PROPOSED, maker)

    assert f"{detail}duyet/" not in said(making.get(detail))
    assert "Nhờ một đồng nghiệp" in said(making.post(f"{detail}duyet/", follow=True))
    assert BANK_ACCOUNT in said(checking.get(detail))  # whoever decides sees where the money goes
    assert BANK_ACCOUNT in said(making.get(detail))  # and whoever proposed, who alone can correct it
    assert f"{detail}duyet/" in said(checking.get(detail))
    assert "Đã duyệt" in said(checking.post(f"{detail}duyet/", follow=True))
    assert "người khác xử lý" in said(checking.post(f"{detail}duyet/", follow=True))
    dispatch.send_due()

    assert BANK_ACCOUNT not in said(making.get(detail))
    assert "•••• 6789" in said(making.get(detail))
    assert BANK_ACCOUNT in said(checking.get(detail))
    assert AuditEntry.objects.filter(action="view_bank_account", actor=checker).exists()
    assert "Nhờ một đồng nghiệp" in said(making.post(f"{detail}chuyen-khoan/", {"reference": "FT26001"}, follow=True))
    assert "Ghi mã giao dịch" in said(checking.post(f"{detail}chuyen-khoan/", {"reference": ""}, follow=True))
    assert "Đã ghi nhận" in said(checking.post(f"{detail}chuyen-khoan/", {"reference": "FT26001"}, follow=True))
    refund.refresh_from_db()
    case.refresh_from_db()
    assert (refund.state, refund.gateway_ref, bool(case.closed_at)) == (RefundState.DONE, "FT26001", True)
    assert BANK_ACCOUNT not in said(checking.get(detail))  # nobody has to transfer any more
    assert ledger_check.check() == []


def test_sending_the_form_twice_is_one_refund() -> None:
    case = surplus()
    _, making, _, _ = two_accountants(case.agency)
    values = fields(making.get(f"/doi-soat/sai-lech/{case.pk}/"), amount="1000", **ACCOUNT)
    for _ in range(2):
        making.post(f"/doi-soat/sai-lech/{case.pk}/hoan-tien/", values)
    assert Refund.objects.count() == 1
    changed = {**values, "amount": "2000"}
    answer = making.post(f"/doi-soat/sai-lech/{case.pk}/hoan-tien/", changed, follow=True)
    assert "Mở lại trang" in said(answer)


def test_whoever_was_slower_is_told_what_remains() -> None:
    case = surplus()
    _, making, _, checking = two_accountants(case.agency)
    path = f"/doi-soat/sai-lech/{case.pk}/"
    slow = fields(checking.get(path), **ACCOUNT)
    making.post(f"{path}hoan-tien/", fields(making.get(path), amount="100000", **ACCOUNT))
    assert "nay là 50.000\u00a0đ" in said(checking.post(f"{path}hoan-tien/", slow, follow=True))
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "1,5"},
        {"amount": "9" * 30},
        {"bank": ""},
        {"account_number": ""},
        {"account_number": "khong co gi"},
        {"account_number": "12345"},
        {"account_number": "1" * 20},
        {"holder": ""},
        {"key": "x"},
    ],
)
def test_a_form_filled_in_wrong_comes_back_with_what_to_correct(changes: dict[str, str]) -> None:
    case = surplus()
    _, making, _, _ = two_accountants(case.agency)
    path = f"/doi-soat/sai-lech/{case.pk}/"
    values = {**fields(making.get(path), **ACCOUNT), **changes}
    answer = making.post(f"{path}hoan-tien/", values)
    assert (answer.status_code, "data-error-summary" in said(answer)) == (200, True)
    assert not Refund.objects.exists()


def test_more_than_remains_is_refused_in_words() -> None:
    case = surplus()
    _, making, _, _ = two_accountants(case.agency)
    path = f"/doi-soat/sai-lech/{case.pk}/"
    values = fields(making.get(path), amount="150001", **ACCOUNT)
    assert "không quá số còn lại" in said(making.post(f"{path}hoan-tien/", values, follow=True))


def test_a_rejection_has_a_reason_and_frees_the_amount() -> None:
    case = surplus()
    _, making, _, checking = two_accountants(case.agency)
    path = f"/doi-soat/sai-lech/{case.pk}/"
    making.post(f"{path}hoan-tien/", fields(making.get(path), **ACCOUNT))
    detail = f"/doi-soat/hoan-tien/{Refund.objects.get().pk}/"
    assert "Ghi lý do" in said(checking.post(f"{detail}khong-duyet/", follow=True))
    assert "hoàn được" in said(checking.post(f"{detail}khong-duyet/", {"note": "sai tài khoản"}, follow=True))
    case.refresh_from_db()
    assert (Refund.objects.get().state, case.used_amount) == (RefundState.REJECTED, 0)


def test_a_case_that_holds_money_cannot_be_closed_one_that_does_not_needs_a_reason() -> None:
    holding = surplus()
    _, making, _, _ = two_accountants(holding.agency)
    path = f"/doi-soat/sai-lech/{holding.pk}/dong/"
    assert "còn giữ tiền" in said(making.post(path, {"reason": "thôi bỏ"}, follow=True))
    payment = paid_yesterday(of=factories.bill(of=holding.agency))
    match(payment.merchant_account, file_of(line(payment.gateway_ref, 140_000)))
    differing = Discrepancy.objects.get(kind=DiscrepancyKind.AMOUNT_DIFFERS)
    path = f"/doi-soat/sai-lech/{differing.pk}/dong/"
    assert "Ghi kết quả" in said(making.post(path, {"reason": " "}, follow=True))
    assert "Đã đóng vụ việc" in said(making.post(path, {"reason": "Ngân hàng đã sửa"}, follow=True))
    assert "đã được đóng trước đó" in said(making.post(path, {"reason": "lần nữa"}, follow=True))
    differing.refresh_from_db()
    assert differing.resolution == "Ngân hàng đã sửa"
    assert "Ngân hàng đã sửa" in said(making.get(f"/doi-soat/sai-lech/{differing.pk}/"))


def household_business() -> Payment:
    lines = [
        NewLine("HKD", "le_phi", "Lệ phí đăng ký hộ kinh doanh", 100_000, is_refundable=False, refund_note="Điều 7 NĐ"),
        NewLine("BS", "phi", "Phí bản sao", 10_000),
    ]
    return paid(factories.payment(of=factories.bill(lines=lines), gateway="vietinbank"))


def test_a_refused_household_business_cannot_be_refunded_and_the_page_says_by_which_law() -> None:
    fee = NewLine("HKD", "le_phi", "Lệ phí HKD", 100_000, is_refundable=False, refund_note="Điều 7 quy định")
    payment = paid(factories.payment(of=factories.bill(lines=[fee]), gateway="vietinbank"))
    _, making, _, _ = two_accountants(payment.bill.agency)
    path = f"/doi-soat/lan-nop/{payment.pk}/hoan-tien/"
    page = making.get(path, {"reason": "refused"})
    button = re.search(r"<button[^>]*>Đề nghị hoàn tiền</button>", said(page))
    assert button
    assert "disabled" in button[0]
    assert "Điều 7 quy định" in said(page)
    values = fields(page, amount="100000", reason="refused", remaining="100000", **ACCOUNT)
    assert "Điều 7 quy định" in said(making.post(path, values, follow=True))  # the server refuses anyway
    assert not Refund.objects.exists()
    page = making.get(path, {"reason": "collected_in_error"})
    assert "disabled" not in said(page)
    values = fields(page, **ACCOUNT)
    assert "phải duyệt" in said(making.post(path, values, follow=True))


def test_only_the_lines_the_law_refunds_make_up_the_most_that_goes_back() -> None:
    payment = household_business()
    _, making, _, _ = two_accountants(payment.bill.agency)
    path = f"/doi-soat/lan-nop/{payment.pk}/hoan-tien/"
    page = making.get(path, {"reason": "withdrawn"})
    assert "nhiều nhất 10.000" in said(page)
    assert [goes_back for _, goes_back, _ in page.context["lines"]] == [False, True]
    values = fields(page, amount="10001", **ACCOUNT)
    assert "Điều 7 NĐ" in said(making.post(path, values, follow=True))
    values = fields(page, **ACCOUNT)
    making.post(path, values)
    assert Refund.objects.get().amount == 10_000
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID


def test_a_payment_is_found_by_the_code_of_its_bill() -> None:
    payment = household_business()
    _, making, _, _ = two_accountants(payment.bill.agency)
    page = making.get("/doi-soat/hoan-tien/", {"q": payment.bill.reference.lower()})
    assert f"/doi-soat/lan-nop/{payment.pk}/hoan-tien/" in said(page)
    other = two_accountants(factories.agency())[1].get("/doi-soat/hoan-tien/", {"q": payment.bill.reference})
    assert f"/doi-soat/lan-nop/{payment.pk}/" not in said(other)


def test_a_refund_of_a_system_gets_its_account_from_one_person_and_is_approved_by_another() -> None:
    payment = paid(factories.payment(gateway="vietinbank"))
    client, _key = create_client("Một cửa điện tử", [payment.bill.agency])
    wanted = refunds.Proposal(1_000, 150_000, "withdrawn", "k")
    refund = refunds.propose_for_payment(payment, wanted, maker=client)
    _, giving, _, checking = two_accountants(payment.bill.agency)
    path = f"/doi-soat/hoan-tien/{refund.pk}/"
    page = said(checking.get(path))
    assert "Một cửa điện tử" in page
    assert "Chưa có tài khoản nhận" in page
    assert f"{path}duyet/" not in page
    assert "Chưa có tài khoản nhận" in said(checking.post(f"{path}duyet/", follow=True))
    wrong = ACCOUNT | {"account_number": "khong co gi"}
    assert "6 đến 19 chữ số" in said(giving.post(f"{path}tai-khoan/", wrong, follow=True))
    assert "Đã ghi tài khoản" in said(giving.post(f"{path}tai-khoan/", ACCOUNT, follow=True))
    assert "đã có tài khoản" in said(checking.post(f"{path}tai-khoan/", ACCOUNT, follow=True))
    assert BANK_ACCOUNT in said(checking.get(path))
    assert "Nhờ một đồng nghiệp" in said(giving.post(f"{path}duyet/", follow=True))
    assert "Đã duyệt" in said(checking.post(f"{path}duyet/", follow=True))


def test_cases_are_filtered_by_kind_state_owner_and_bill_the_oldest_first() -> None:
    first, second = surplus(), surplus()
    Discrepancy.objects.filter(pk=second.pk).update(agency=first.agency)
    maker, making, _, _ = two_accountants(first.agency)
    assert first.bill

    def listed(**filters: str) -> list[int]:
        return [case.pk for case in making.get("/doi-soat/sai-lech/", filters).context["page"]]

    assert listed() == [first.pk, second.pk]
    assert listed(order="newest") == [second.pk, first.pk]
    assert listed(q=first.bill.reference.lower()) in ([first.pk], [first.pk, second.pk])
    making.post(f"/doi-soat/sai-lech/{second.pk}/nhan/")
    assert listed(owner="me") == listed(owner=str(maker.pk)) == [second.pk]
    assert listed(owner="none") == [first.pk]
    assert listed(kind="short") == listed(state="closed") == []
    assert listed(kind="surplus", state="all") == [first.pk, second.pk]


@pytest.mark.parametrize(
    ("account", "shown"), [("VCB 0123456789", "•••• 6789"), ("1234", "••••"), ("", ""), ("abc", "••••")]
)
def test_of_a_bank_account_only_the_end_is_shown(account: str, shown: str) -> None:
    assert masked(account) == shown


def test_the_page_of_a_refund_says_how_far_it_is_and_what_follows_in_every_state() -> None:
    case = surplus()
    maker = factories.officer(case.agency, Role.ACCOUNTANT)
    wanted = refunds.Proposal(1_000, 150_000, "surplus", "k", bank_account="VCB 0123456789")
    refund = refunds.propose_for_case(case, wanted, maker=maker)
    client = sign_in(maker)
    page = said(client.get(f"/doi-soat/hoan-tien/{refund.pk}/"))
    assert '<li aria-current="step">Người thứ hai duyệt' in tight(page)
    assert "Chờ một người khác người đề nghị duyệt" in page
    assert set(NEXT_STEPS) == set(RefundState)
    refunds.approve(refund, checker=factories.officer(case.agency, Role.ACCOUNTANT))
    dispatch.send_due()
    page = said(client.get(f"/doi-soat/hoan-tien/{refund.pk}/"))
    assert '<li aria-current="step">Tiền rời tài khoản' in tight(page)
    assert "chuyển khoản rồi ghi mã giao dịch" in page
