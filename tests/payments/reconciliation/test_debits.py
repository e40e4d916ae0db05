"""Money out: none of it vanishes, what takes a credit back is a case, and fees and sums on their way are none."""

from __future__ import annotations

from typing import Any

import pytest

from payments.api.clients import create_client
from payments.models import Discrepancy, Refund, Statement
from payments.reconciliation import daily_totals, matching, previews
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.statements import YESTERDAY, confirmed, file_of, match, paid_yesterday, read, states

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "Mã giao dịch;Ghi có;Ghi nợ;Thời gian giao dịch;Mã thanh toán;Nội dung"
AT = f"{YESTERDAY:%d/%m/%Y} 09:30:00"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def debit(reference: str, amount: str, text: str = "", code: str = "") -> str:
    return f"{reference};;{amount};{AT};{code};{text}"


def of(*lines: str) -> bytes:
    return file_of(*lines, header=HEADER)


@pytest.mark.parametrize("amount", ["150.000", "-150.000", "(150.000)", "150000-"])
def test_a_debit_under_the_number_of_a_credit_takes_it_back(amount: str) -> None:
    payment = paid_yesterday()
    statement = match(payment.merchant_account, of(debit(payment.gateway_ref, amount)))
    assert states(statement) == ["discrepancy"]
    case = Discrepancy.objects.get()
    assert (case.kind, case.payment, case.amount) == ("contradiction", payment, 150_000)
    assert daily_totals.figures(payment.merchant_account, YESTERDAY).bank_amount == -150_000
    assert ledger_check.check() == []


def test_a_debit_is_known_by_code_by_the_text_and_by_what_it_says() -> None:
    payment = paid_yesterday()
    account = payment.merchant_account
    lines = (
        debit("R1", "150.000", code=payment.merchant_ref),
        debit("R2", "150.000", f"Hoan dien {payment.gateway_ref} theo de nghi"),
        debit("R3", "150.000", "NH thu hồi tiền ghi có nhầm"),
        debit("", "150.000", f"lenh {payment.merchant_ref}"),
    )
    statement = read(account, of(*lines))
    shown = previews.of(statement)
    assert (shown.taken_back, shown.debits) == (4, 0)
    confirmed(statement)
    statement.refresh_from_db()
    matching.apply(statement)
    assert states(statement) == ["discrepancy"] * 4
    assert list(Discrepancy.objects.order_by("pk").values_list("payment", flat=True)) == [
        payment.pk, payment.pk, None, payment.pk,
    ]  # fmt: skip


def test_a_credit_and_what_takes_it_back_in_one_file() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    statement = match(account, of(f"B1;50.000;;{AT};;la", debit("B1", "50.000")))
    assert states(statement) == ["discrepancy", "discrepancy"]
    assert daily_totals.figures(account, YESTERDAY).bank_amount == 0


def test_other_debits_are_shown_and_count_for_nothing() -> None:
    payment = paid_yesterday()
    account = payment.merchant_account
    refund = factories.refund(payment, create_client("Hệ thống", [account.agency])[0])
    Refund.objects.filter(pk=refund.pk).update(gateway_ref="FT-HOAN")
    lines = (
        f"{payment.gateway_ref};150.000;;{AT};;",
        debit("P1", "5.500", "PHI DICH VU"),
        debit("", "144.500", "Chuyen nop kho bac"),
        debit("FT-HOAN", "1.000", f"Hoan {payment.merchant_ref}"),
    )
    client = signed_in(account.agency)
    statement = read(account, of(*lines))
    page = tight(said(client.get(f"/doi-soat/sao-ke/{statement.pk}/")))
    assert "3</strong>dòng tiền ra khác" in page
    assert "cộng 151.000 đ" in page
    assert "-144.500 đ" in page and "Tiền ra khác: không tính" in page
    assert statement.total_amount == 150_000
    confirmed(statement)
    statement.refresh_from_db()
    matching.apply(statement)
    assert (states(statement), statement.state) == (["matched", "debit", "debit", "debit"], "done")
    day = daily_totals.figures(account, YESTERDAY)
    assert (day.bank_amount, day.bank_count, day.unexplained) == (150_000, 1, 0)
    assert not Discrepancy.objects.exists()


def test_a_file_of_debits_alone_is_no_empty_file() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    statement = read(account, of(debit("P1", "5.500", "PHI DICH VU")))
    assert (statement.state, states(statement)) == ("preview", ["debit"])
    # What a later file shows to be money taken back is none of these.
    later = match(account, of(debit("P1", "5.500", "Thu hoi tien"), debit("P2", "1")))
    assert states(later) == ["discrepancy", "debit"]
    assert Statement.objects.count() == 2
