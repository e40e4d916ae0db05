"""Bank files: read strictly or not at all, matched to the last row, days closed at zero."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gateways.vietinbank.statement import write_file
from payments.callbacks import inbox
from payments.errors import DayNotClosable, StatementRefused
from payments.models import Discrepancy, Notification, Receipt, Statement, StatementRow
from payments.reconciliation import daily_totals, matching, previews, row_days, statements
from payments.reconciliation.formats.values import whole_dong
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.statements import (
    HEADER,
    YESTERDAY,
    confirmed,
    file_of,
    line,
    match,
    paid_yesterday,
    read,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_every_row_ends_matched_settled_or_with_a_case() -> None:
    notified = paid_yesterday()
    untold = factories.payment(gateway="vietinbank")
    statement = match(
        notified.merchant_account,
        file_of(
            line(notified.gateway_ref, 150_000, notified.merchant_ref),
            line("B-untold", 150_000, untold.merchant_ref),
            line("B-nobody", 20_000, "", "cam on"),
            line("B-short", 1_000, factories.payment(gateway="vietinbank").merchant_ref),
        ),
    )
    assert states(statement) == ["matched", "settled", "discrepancy", "discrepancy"]
    untold.bill.refresh_from_db()
    assert untold.bill.state == BillState.PAID
    assert Receipt.objects.filter(bill=untold.bill).count() == 1
    assert set(Discrepancy.objects.values_list("kind", flat=True)) == {"unknown_reference", "short"}
    assert ledger_check.check() == []


def test_the_preview_says_what_confirming_will_do_and_nothing_counts_before() -> None:
    notified, untold = paid_yesterday(), factories.payment(gateway="vietinbank")
    statement = read(
        notified.merchant_account,
        file_of(
            line(notified.gateway_ref, 150_000),
            line("B1", 150_000, untold.merchant_ref),
            line("B2", 1, ""),
        ),
    )
    shown = previews.of(statement)
    assert (shown.matched, shown.settles, shown.unknown, shown.differs, shown.repeated) == (1, 1, 1, 0, 0)
    assert untold.bill.state == BillState.OPEN
    assert not Notification.objects.filter(source="statement").exists()


def test_the_same_file_twice_changes_nothing() -> None:
    payment = factories.payment(gateway="vietinbank")
    content = file_of(line("B1", 150_000, payment.merchant_ref))
    first = match(payment.merchant_account, content)
    again, is_new = statements.take(payment.merchant_account, ContentFile(content, name="x"), by=None)
    assert (again.pk, is_new) == (first.pk, False)
    assert StatementRow.objects.count() == 1


def test_overlapping_files_know_each_others_rows() -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    match(account, file_of(line("B1", 150_000, payment.merchant_ref)))
    second = match(account, file_of(line("B1", 150_000, payment.merchant_ref), line("B2", 5_000)))
    assert states(second) == ["repeated", "discrepancy"]
    assert daily_totals.figures(account, YESTERDAY).bank_amount == 155_000
    assert ledger_check.check() == []


def test_two_transfers_to_one_code_are_one_payment_and_one_surplus() -> None:
    payment = factories.payment(gateway="vietinbank")
    statement = match(
        payment.merchant_account,
        file_of(line("B1", 150_000, payment.merchant_ref), line("B2", 150_000, payment.merchant_ref)),
    )
    assert sorted(states(statement)) == ["discrepancy", "settled"]
    assert Discrepancy.objects.get().kind == "surplus"


def test_a_mangled_memo_only_proposes() -> None:
    bill = factories.bill(reference="H44.40-261123-0007")
    account = factories.merchant(bill.agency, "vietinbank")
    statement = match(account, file_of(line("B1", 150_000, "", "nop phi ho so h44 40 261123 0007 cam on")))
    row = statement.rows.get()
    bill.refresh_from_db()
    assert (row.state, row.proposed_bill_id, bill.state) == ("proposed", bill.pk, BillState.OPEN)


def test_another_amount_for_money_we_booked_is_a_case() -> None:
    payment = paid_yesterday()
    statement = match(payment.merchant_account, file_of(line(payment.gateway_ref, 140_000, payment.merchant_ref)))
    assert states(statement) == ["discrepancy"]
    totals = daily_totals.figures(payment.merchant_account, YESTERDAY)
    assert (totals.difference, totals.unexplained) == (-10_000, 0)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([line("B1", "0")], "Dòng 3"),
        ([line("B1", "1.2E+06")], "số tiền"),
        ([line("B1", "--5000")], "số tiền"),
        ([line("B1", "1.23.456")], "số tiền"),
        ([line("B1", "150,5")], "số tiền"),
        ([line("B1", "150000"), line("B1", "150000")], "hai lần"),
        ([line("", "150000")], "mã giao dịch"),
        ([line("B1", "150000", at="31/31/2026")], "thời gian"),
        ([], "không có dòng nào"),
    ],
)
def test_a_file_with_one_bad_line_is_refused_whole(lines: list[str], says: str) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    with pytest.raises(StatementRefused, match=says):
        read(account, file_of(line("B0", 1000), *lines) if lines else file_of())
    assert not StatementRow.objects.exists()
    assert Statement.objects.get().state == "refused"


@pytest.mark.parametrize("content", [b"\xff\x00\x01", b"a;b;c\n1;2;3\n", b"PK\x03\x04 not a zip", b"\x00" * 50])
def test_rubbish_is_refused_in_words(content: bytes) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    with pytest.raises(StatementRefused):
        read(account, content)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1.234.567", 1_234_567), ("1,234,567", 1_234_567), ("150000.00", 150_000), ("150.000 VND", 150_000), ("7", 7)],
)
def test_amounts_as_banks_write_them(text: str, amount: int) -> None:
    assert whole_dong(text) == amount


@given(st.integers(min_value=1, max_value=10**12))
def test_grouped_amounts_read_back_exactly(amount: int) -> None:
    grouped = f"{amount:,}"
    assert whole_dong(grouped) == whole_dong(grouped.replace(",", ".")) == whole_dong(str(amount)) == amount


def test_excel_and_a_utf16_csv_are_read_alike() -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(";"))
    book.active.append(["B1", 150_000, timezone.make_naive(timezone.now()), payment.merchant_ref, "=1+1"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert states(match(account, buffer.getvalue())) == ["settled"]
    other = factories.payment(of=factories.bill(of=payment.bill.agency), gateway="vietinbank")
    text = file_of(line("B9", 150_000, other.merchant_ref)).decode()
    assert states(match(account, text.encode("utf-16"))) == ["settled"]


def test_the_settlement_file_of_vietinbank_itself() -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    row = {"recordType": "002", "transId": "T1", "bankTransId": "B1", "custCode": payment.merchant_ref}
    row |= {"amount": "150000", "currencyCode": "VND", "transTime": f"{YESTERDAY:%Y%m%d}101500"}
    row["merchantAcctNo"] = account.settings["account"]
    secrets = factories.CONTRACTS["vietinbank"]["secrets"]
    content = write_file([row], account.settings["provider_id"], "x", secrets.get("file_key", ""))
    assert states(match(account, content)) == ["settled"]
    with pytest.raises(StatementRefused):
        read(account, content[:-40])


def test_a_day_closes_at_zero_and_stays_closed() -> None:
    payment = paid_yesterday()
    account, officer = payment.merchant_account, factories.officer(payment.bill.agency)
    with pytest.raises(DayNotClosable) as error:
        daily_totals.close(account, YESTERDAY, actor=officer)
    assert error.value.unexplained == 150_000
    match(account, file_of(line(payment.gateway_ref, 150_000, payment.merchant_ref)))
    closed = daily_totals.close(account, YESTERDAY, actor=officer)
    assert (closed.our_amount, closed.bank_amount, closed.explained_amount) == (150_000, 150_000, 0)
    late = factories.payment(of=factories.bill(of=payment.bill.agency), gateway="vietinbank")
    post(notify_bill(late, bankTransId="B-late2", transTime=f"{YESTERDAY:%Y%m%d}235959"), "vietinbank")
    inbox.drain_all()
    late.bill.refresh_from_db()
    assert late.bill.state == BillState.PAID  # money is never refused; it counts today
    assert daily_totals.figures(account, YESTERDAY).our_amount == 150_000
    assert daily_totals.figures(account, timezone.localdate()).our_amount == 150_000
    assert ledger_check.check() == []


def test_money_no_statement_has_needs_a_case_which_a_later_statement_closes() -> None:
    payment = paid_yesterday()
    account, officer = payment.merchant_account, factories.officer(payment.bill.agency)
    assert daily_totals.open_missing_cases(account, YESTERDAY) == 1
    assert daily_totals.open_missing_cases(account, YESTERDAY) == 0
    daily_totals.close(account, YESTERDAY, actor=officer)
    today = f"{timezone.localdate():%d/%m/%Y} 00:00:05"
    match(account, file_of(line(payment.gateway_ref, 150_000, payment.merchant_ref, at=today)))
    assert Discrepancy.objects.get().closed_at
    totals = daily_totals.figures(account, timezone.localdate())
    assert (totals.difference, totals.unexplained) == (150_000, 0)
    assert ledger_check.check() == []


def test_two_people_close_a_day_once() -> None:
    payment = paid_yesterday()
    account, officer = payment.merchant_account, factories.officer(payment.bill.agency)
    match(account, file_of(line(payment.gateway_ref, 150_000, payment.merchant_ref)))
    closed = at_once(4, lambda _: daily_totals.close(account, YESTERDAY, actor=officer).pk)
    assert len(set(closed)) == 1


def test_a_reader_that_died_leaves_the_file_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    content = file_of(line("B1", 150_000, payment.merchant_ref), line("B2", 1_000))
    statement, _ = statements.take(account, ContentFile(content, name="x"), by=None)
    with monkeypatch.context() as patched:
        patched.setattr(row_days, "set_closed_aside", lambda _: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            statements.load(statement)
    assert matching.work_due() == 0  # still leased
    Statement.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert matching.work_due() == 1
    statement.refresh_from_db()
    assert (statement.state, statement.row_count) == ("preview", 2)


def test_matching_may_stop_at_any_row_and_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    payments = [factories.payment(gateway="vietinbank") for _ in range(6)]
    account = payments[0].merchant_account
    statement = read(account, file_of(*(line(f"B{p.pk}", 150_000, p.merchant_ref) for p in payments)))
    confirmed(statement)
    statement.refresh_from_db()
    monkeypatch.setattr(matching, "BATCH", 2)
    with monkeypatch.context() as patched:
        calls = iter([None, None])
        real = matching._conclude

        def dies(*args: Any) -> None:
            next(calls)
            real(*args)

        patched.setattr(matching, "_conclude", dies)
        with pytest.raises((StopIteration, RuntimeError)):
            matching.apply(statement)
    Statement.objects.update(lease_until=None)
    matching.apply(statement)
    assert states(statement).count("settled") + states(statement).count("matched") == 6
    assert Receipt.objects.count() == 6
    assert ledger_check.check() == []


def test_the_value_date_is_the_day_in_vietnam() -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    statement = match(account, file_of(line("B1", 150_000, payment.merchant_ref, at="22/11/2025 23:59:59")))
    assert statement.rows.get().value_date == date(2025, 11, 22)
    assert daily_totals.figures(account, date(2025, 11, 22)).our_amount == 150_000
