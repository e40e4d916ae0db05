"""A bank statement made at home: what an accountant, or two accounts of one person, try to pay a bill with it.

Before, one accountant uploaded a CSV of their own and confirmed it alone: the bill was paid, with a receipt.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from agencies.audit import record as audit
from agencies.models import AuditEntry, Role, User
from payments.errors import PaymentsError
from payments.models import Discrepancy, MerchantAccount, Payment, Receipt, Statement
from payments.models.discrepancies import DiscrepancyKind
from payments.reconciliation import confirmation, matching
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.payments.accounting import said, upload
from tests.support.payments.statements import file_of, line, paid_yesterday, read, states
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owed() -> Payment:
    """A payment of 150.000 đ that nobody has made."""
    return factories.payment(gateway="vietinbank")


@pytest.fixture
def thief(owed: Payment) -> User:
    return factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT)


def forged(browser: Client, payment: Payment) -> Statement:
    """Upload a file in which the money of a payment came."""
    upload(browser, payment.merchant_account, line("HOMEMADE1", 150_000, payment.merchant_ref))
    return Statement.objects.latest("pk")


def address(statement: Statement, act: str) -> str:
    return f"/doi-soat/sao-ke/{statement.pk}/{act}/"


def is_unpaid(payment: Payment) -> bool:
    matching.work_due()
    payment.bill.refresh_from_db()
    return payment.bill.state == BillState.OPEN and not Receipt.objects.exists() and ledger_check.check() == []


def test_one_accountant_alone_pays_no_bill_with_a_file_of_their_own(owed: Payment, thief: User) -> None:
    browser = browser_of(thief)
    statement = forged(browser, owed)
    assert "gửi một kế toán khác" in said(browser.post(address(statement, "xac-nhan"), follow=True))
    assert is_unpaid(owed)
    browser.post(address(statement, "gui-xac-nhan"))
    page = said(browser.get(f"/doi-soat/sao-ke/{statement.pk}/"))
    assert "không tự xác nhận được" in page and address(statement, "xac-nhan") not in page
    assert "không được tự duyệt" in said(browser.post(address(statement, "xac-nhan"), follow=True)), "by address"
    statement.refresh_from_db()
    assert (statement.state, statement.confirmed_by) == ("proposed", None)
    assert is_unpaid(owed)


def test_the_terminal_pays_no_bill_either(owed: Payment) -> None:
    statement = read(owed.merchant_account, file_of(line("HOMEMADE1", 150_000, owed.merchant_ref)))
    confirmation.match_known(statement, actor=None)
    assert is_unpaid(owed)
    statement.refresh_from_db()
    assert (states(statement), statement.state) == (["new"], "proposed")


def test_a_puppet_is_no_second_person(owed: Payment, thief: User) -> None:
    puppet = factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT)
    audit.record("password_changed", f"user:{puppet.pk}", actor=thief, agency=owed.merchant_account.agency)
    statement = forged(browser_of(thief), owed)
    browser_of(thief).post(address(statement, "gui-xac-nhan"))
    answer = browser_of(puppet).post(address(statement, "xac-nhan"), follow=True)
    assert "không tính là hai người" in said(answer)
    assert is_unpaid(owed)


def test_a_stranger_and_an_unlocked_screen_are_none_either(owed: Payment, thief: User) -> None:
    statement = forged(browser_of(thief), owed)
    browser_of(thief).post(address(statement, "gui-xac-nhan"))
    stranger = factories.officer(factories.agency("Xã khác"), Role.ACCOUNTANT)
    assert browser_of(stranger).post(address(statement, "xac-nhan")).status_code == 404
    assert browser_of(stranger).get(address(statement, "tep")).status_code == 404
    cashier = factories.officer(owed.merchant_account.agency, Role.CASHIER)
    assert browser_of(cashier).post(address(statement, "xac-nhan")).status_code == 403
    colleague = factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT)
    late = browser_of(colleague, minutes_ago=16).post(address(statement, "xac-nhan"))
    assert "/reauthenticate/" in late.headers["Location"]
    assert is_unpaid(owed)


def test_nobody_sends_on_what_a_colleague_uploaded_to_confirm_their_own(owed: Payment, thief: User) -> None:
    victim = factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT)
    statement = forged(browser_of(thief), owed)
    assert "Chỉ người đã tải tệp" in said(browser_of(victim).post(address(statement, "gui-xac-nhan"), follow=True))
    statement.refresh_from_db()
    assert (statement.state, statement.uploaded_by) == ("preview", thief)


def test_a_second_person_sees_file_rows_and_uploader_and_confirms_once(owed: Payment, thief: User) -> None:
    statement = forged(browser_of(thief), owed)
    browser_of(thief).post(address(statement, "gui-xac-nhan"))
    colleague = browser_of(factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT))
    assert "Sao kê chờ bạn xác nhận" in said(colleague.get("/doi-soat/"))
    assert "Sao kê chờ bạn xác nhận" not in said(browser_of(thief).get("/doi-soat/"))
    assert "saoke.csv" in said(colleague.get("/doi-soat/sao-ke/?state=proposed"))
    page = said(colleague.get(f"/doi-soat/sao-ke/{statement.pk}/"))
    for told in (str(thief), "HOMEMADE1", "Ghi nhận đã nộp", owed.bill.reference, "người thứ hai"):
        assert told in page
    original = colleague.get(address(statement, "tep"))
    assert b"HOMEMADE1" in b"".join(original.streaming_content)  # type: ignore[attr-defined]
    assert original["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="statement_download").count() == 1
    for _ in range(2):
        colleague.post(address(statement, "xac-nhan"))
        matching.work_due()
    owed.refresh_from_db()
    assert (owed.bill.state, owed.evidence, Receipt.objects.count()) == ("paid", "file", 1)
    assert AuditEntry.objects.filter(action="statement_confirm").count() == 1
    assert ledger_check.check() == []


def test_two_clicks_at_once_are_one_confirmation_and_never_the_uploaders(owed: Payment, thief: User) -> None:
    colleagues = [factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT) for _ in range(2)]
    statement = read(owed.merchant_account, file_of(line("HOMEMADE1", 150_000, owed.merchant_ref)))
    confirmation.propose(statement, actor=thief)
    people = [thief, *colleagues]
    outcomes = at_once(3, lambda number: confirmation.countersign(statement, actor=people[number]))
    assert isinstance(outcomes[0], PaymentsError)
    assert sorted(outcome is None for outcome in outcomes) == [False, False, True]
    assert AuditEntry.objects.filter(action="statement_confirm").count() == 1


def test_the_database_refuses_who_sent_it_in(owed: Payment, thief: User) -> None:
    statement = forged(browser_of(thief), owed)
    for confirmer in (thief, None):
        with pytest.raises(IntegrityError, match="statement_countersigned_by_another"), transaction.atomic():
            Statement.objects.filter(pk=statement.pk).update(is_countersigned=True, confirmed_by=confirmer)


def test_the_uploader_does_not_say_that_alike_money_is_other_money() -> None:
    """The file is confirmed by two because of a harmless line; then its uploader books another by a case."""
    told = paid_yesterday()
    account = told.merchant_account
    browser = browser_of(factories.officer(account.agency, Role.ACCOUNTANT))
    upload(browser, account, line("OTHERNUMBER77", 150_000, told.merchant_ref))
    statement = Statement.objects.latest("pk")
    browser.post(address(statement, "gui-xac-nhan"))
    colleague = browser_of(factories.officer(account.agency, Role.ACCOUNTANT))
    colleague.post(address(statement, "xac-nhan"))
    matching.work_due()
    case = Discrepancy.objects.get(kind=DiscrepancyKind.LIKELY_BOOKED)
    path = f"/doi-soat/sai-lech/{case.pk}/mot-hay-hai/"
    assert "không được tự duyệt" in said(browser.post(path, {"answer": "other"}, follow=True))
    case.refresh_from_db()
    assert case.closed_at is None and states(statement) == ["likely"]
    assert "Đã ghi nhận" in said(colleague.post(path, {"answer": "other"}, follow=True))
    assert not Discrepancy.objects.filter(kind=DiscrepancyKind.LIKELY_BOOKED, closed_at=None).exists()


def test_a_file_the_ledger_knows_is_confirmed_by_its_uploader_and_the_bank_may_answer_instead() -> None:
    told = paid_yesterday()
    account: MerchantAccount = told.merchant_account
    browser = browser_of(factories.officer(account.agency, Role.ACCOUNTANT))
    page = upload(browser, account, line(told.gateway_ref, 150_000))
    assert "không cần người thứ hai" in said(page)
    statement = Statement.objects.latest("pk")
    browser.post(address(statement, "xac-nhan"))
    matching.work_due()
    statement.refresh_from_db()
    assert (statement.state, states(statement), statement.is_countersigned) == ("done", ["matched"], False)
    assert told.evidence == "signed"


def test_what_turns_out_to_be_new_after_a_lone_confirmation_waits_for_a_second_person(
    owed: Payment, thief: User
) -> None:
    """The uploader confirms a file of which every row came before; then the earlier file's rows count no more."""
    account = owed.merchant_account
    first = read(account, file_of(line("HOMEMADE1", 150_000, owed.merchant_ref)))
    first.rows.update(state="likely")
    second = read(account, file_of(line("HOMEMADE1", 150_000, owed.merchant_ref, "x")))
    confirmation.match_known(second, actor=thief)
    first.rows.update(state="foreign")
    assert is_unpaid(owed)
    second.refresh_from_db()
    assert (second.state, states(second)) == ("proposed", ["new"])


def test_withdrawn_or_refused_nothing_is_left_of_it(owed: Payment, thief: User) -> None:
    colleague = factories.officer(owed.merchant_account.agency, Role.ACCOUNTANT)
    for person in (thief, colleague):
        statement = forged(browser_of(thief), owed)
        browser_of(thief).post(address(statement, "gui-xac-nhan"))
        assert "bỏ tệp này" in said(browser_of(person).get(f"/doi-soat/sao-ke/{statement.pk}/"))
        browser_of(person).post(address(statement, "bo"))
        assert "không còn chờ" in said(browser_of(colleague).post(address(statement, "xac-nhan"), follow=True))
        statement.refresh_from_db()
        assert statement.state == "refused" and not statement.rows.exists()
    assert is_unpaid(owed)
