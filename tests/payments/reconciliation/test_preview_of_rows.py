"""What confirming would do to each line: found before it is done. Lines of odd and of closed days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from psycopg2.extras import DateRange

from payments.models import ClosedDay, MerchantAccount
from payments.reconciliation import daily_totals, matching, previews, row_days
from payments.reconciliation.fates import FateKind
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.statements import YESTERDAY, confirmed, file_of, line, match, paid_yesterday, read, states

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = YESTERDAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_each_line_says_what_becomes_of_it_and_is_found_by_it() -> None:
    known, differing, untold = paid_yesterday(), paid_yesterday(), factories.payment(gateway="vietinbank")
    account = known.merchant_account
    MerchantAccount.objects.filter(pk=account.pk).update(agency=untold.bill.agency)
    account.refresh_from_db()
    bill = factories.bill(7_000, of=untold.bill.agency, reference="H44.40-261123-0007")
    match(account, file_of(line("EARLIER", 5_000)))
    lines = (
        line(known.gateway_ref, 150_000),
        line(differing.gateway_ref, 140_000),
        line("EARLIER", 5_000),
        line("N1", 150_000, untold.merchant_ref),
        line("N2", 7_000, "", "nop H44 40 261123 0007"),
        line("N3", -150_000, known.merchant_ref),
    )
    statement = read(account, file_of(*lines))
    preview = previews.of(statement)
    rows = list(statement.rows.order_by("line_number"))
    told = [fate for _row, fate in previews.tell(statement, preview, rows)]
    assert [fate.kind for fate in told] == ["matched", "differs", "repeated", "settles", "opens", "taken_back"]
    assert [fate.payment for fate in told] == [known, differing, None, untold, None, None]
    assert (told[4].bill, told[4].case) == (bill, "unknown_reference")
    client = signed_in(account.agency)
    address = f"/doi-soat/sao-ke/{statement.pk}/"
    page = tight(said(client.get(address)))
    for words in ("sổ ghi 150.000 đ", f"Đề xuất cho {bill.reference}", untold.bill.reference):
        assert words in page, words
    for kind, count in {"differs": 1, "settles": 1, "matched": 1, "opens": 1, "repeated": 1, "unseen": 0}.items():
        assert len(client.get(address, {"state": kind}).context["fates"]) == count, kind
    assert {value for value, _label, _count in preview.tabs} == set(FateKind.values) - {
        "likely", "locked", "debit", "unseen",
    }  # fmt: skip


def test_a_day_after_the_contract_or_far_from_the_ledgers_is_asked_about() -> None:
    payment = paid_yesterday()
    account = payment.merchant_account
    far = f"{YESTERDAY - timedelta(days=17):%d/%m/%Y}"
    near = f"{YESTERDAY + timedelta(days=1):%d/%m/%Y}"
    statement = read(account, file_of(line(payment.gateway_ref, 150_000, at=far)))
    [far_off] = row_days.odd(statement)
    assert (far_off.gateway_ref, vars(far_off)["booked_on"]) == (payment.gateway_ref, YESTERDAY)
    client = signed_in(account.agency)
    page = tight(said(client.get(f"/doi-soat/sao-ke/{statement.pk}/")))
    assert f"sổ ghi ngày {YESTERDAY:%d/%m/%Y}" in page
    assert "khó có thể đúng" in said(client.post(f"/doi-soat/sao-ke/{statement.pk}/xac-nhan/", follow=True))
    assert not row_days.odd(read(account, file_of(line(payment.gateway_ref, 150_000, at=near)))).exists()
    MerchantAccount.objects.filter(pk=account.pk).update(valid_during=DateRange(None, YESTERDAY))
    account.refresh_from_db()
    statement = read(account, file_of(line("B1", 1_000), line("B2", 1_000, at=f"{BEFORE:%d/%m/%Y}")))
    assert [row.gateway_ref for row in row_days.odd(statement)] == ["B1"]


def test_lines_of_a_closed_day_wait_for_it_and_hold_up_no_other() -> None:
    locked_out, other = factories.payment(gateway="vietinbank"), paid_yesterday()
    account = other.merchant_account
    officer = factories.officer(account.agency)
    ClosedDay.objects.create(
        merchant_account=account, day=BEFORE, our_amount=0, our_count=0, bank_amount=0, bank_count=0, closed_by=officer
    )
    at = f"{BEFORE:%d/%m/%Y} 08:00:00"
    lines = (line("L1", 150_000, locked_out.merchant_ref, at=at), line(other.gateway_ref, 150_000))
    statement = read(account, file_of(*lines))
    client = signed_in(account.agency)
    page = tight(said(client.get(f"/doi-soat/sao-ke/{statement.pk}/")))
    assert "Quản trị tỉnh mở lại ngày ấy" in page
    assert f"/doi-soat/ngay/{account.pk}/{BEFORE}/" in page
    confirmed(statement)
    statement.refresh_from_db()
    matching.apply(statement)
    assert (states(statement), statement.state) == (["locked", "matched"], "done")
    assert daily_totals.figures(account, BEFORE).bank_amount == 0
    locked_out.bill.refresh_from_db()
    assert locked_out.bill.state == BillState.OPEN

    daily_totals.reopen(ClosedDay.objects.get(), actor=officer, reason="sao kê đến muộn")
    assert matching.work_due() == 1
    assert states(statement) == ["settled", "matched"]
    locked_out.bill.refresh_from_db()
    assert locked_out.bill.state == BillState.PAID
    assert daily_totals.figures(account, BEFORE).difference == 0
    assert ledger_check.check() == []


def test_a_day_closed_between_preview_and_confirmation_takes_no_line() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    statement = read(account, file_of(line("B1", 1_000)))
    daily_totals.close(account, YESTERDAY, actor=factories.officer(account.agency))
    confirmed(statement)
    assert states(statement) == ["locked"]


def test_a_credit_known_on_a_closed_day_is_not_taken_back_on_it() -> None:
    payment = paid_yesterday()
    account = payment.merchant_account
    match(account, file_of(line(payment.gateway_ref, 150_000)))
    daily_totals.close(account, YESTERDAY, actor=factories.officer(account.agency))
    again = read(account, file_of(line(payment.gateway_ref, 150_000), line(payment.gateway_ref, -150_000)))
    assert states(again) == ["new", "locked"]
    assert timezone.localdate() > YESTERDAY
