"""Receipt numbers after a restore: what may stand on paper is not given again, and is shown as lost (R-66)."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from agencies.models import AuditEntry, Role
from payments.callbacks import inbox
from payments.models import LostNumbers, Payment, Receipt, ReceiptSeries
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def paid(payment: Payment) -> Receipt:
    post(confirm(payment))
    inbox.drain_all()
    return Receipt.objects.get(payment=payment)


def test_numbers_left_out_are_never_given_and_stand_in_the_report() -> None:
    first = factories.payment()
    agency = first.bill.agency
    assert paid(first).number == 1
    call_command("skip_receipt_numbers", "50", "--reason", "khôi phục về 09:55")
    assert ledger_check.check() == []
    assert paid(factories.payment(of=factories.bill(of=agency))).number == 52
    assert ledger_check.check() == []
    shown = browser_of(factories.officer(agency, Role.ACCOUNTANT)).get("/doi-soat/bien-lai/").content.decode()
    assert "0000002–0000051 (khôi phục về 09:55)" in shown
    assert AuditEntry.objects.filter(action="skip_receipt_numbers").exists()


def test_a_gap_that_nobody_noted_and_a_receipt_among_the_lost_are_violations() -> None:
    receipt = paid(factories.payment())
    ReceiptSeries.objects.update(next_number=9)
    assert [violation.row[0] for violation in ledger_check.check()] == ["gap"]
    LostNumbers.objects.create(series=receipt.series, first=2, last=8, reason="x")
    assert ledger_check.check() == []
    LostNumbers.objects.update(first=1, last=7)
    assert [violation.row[0] for violation in ledger_check.check()] == ["lost"]


@pytest.mark.parametrize("count", ["0", "-3", "1000001"])
def test_a_count_that_makes_no_sense_changes_nothing(count: str) -> None:
    paid(factories.payment())
    with pytest.raises(CommandError):
        call_command("skip_receipt_numbers", "--reason", "x", "--", count)
    assert ReceiptSeries.objects.filter(next_number=2).count() == 1
    assert not LostNumbers.objects.exists()
