"""BR-10 and BR-20; docs/criteria.md says where the other eighteen are proved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers.errors import NotReleasable
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier
from dossiers.states import DossierState
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.models import Receipt
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


def test_rule_10_overdue_never_blocks_unpaid_does_and_what_costs_nothing_always_goes_out() -> None:
    office = factories.agency()
    officer = factories.officer(office)
    long_ago = timezone.now() - timedelta(days=30)

    def finished(amount: int) -> Dossier:
        made = factories.dossier(office, state=DossierState.FINISHED, amount=amount)
        Dossier.objects.filter(pk=made.pk).update(due_at=long_ago, original_due_at=long_ago)
        return Dossier.objects.get(pk=made.pk)

    free, unpaid, paid = finished(0), finished(10_000), finished(10_000)
    post(confirm(factories.payment(of=paid.bills.get())))
    inbox.drain_all()
    release(free, officer=officer, receiver=Receiver("A", "family"))
    release(paid, officer=officer, receiver=Receiver("A", "family"))
    with pytest.raises(NotReleasable):
        release(unpaid, officer=officer, receiver=Receiver("A", "family"))
    states = dict(Dossier.objects.values_list("pk", "state"))
    assert states == {
        free.pk: DossierState.RETURNED,
        paid.pk: DossierState.RETURNED,
        unpaid.pk: DossierState.FINISHED,
    }


def test_rule_20_fee_and_charge_of_one_dossier_have_receipts_of_two_series_each_without_a_gap() -> None:
    office = factories.agency()
    lines = [NewLine("A", "phi", "Phí", 100_000), NewLine("B", "le_phi", "Lệ phí", 50_000)]
    for _ in range(3):
        post(confirm(factories.payment(of=factories.bill(of=office, lines=lines))))
    inbox.drain_all()
    by_series: dict[int, list[int]] = {}
    for series, number in Receipt.objects.order_by("number").values_list("series_id", "number"):
        by_series.setdefault(series, []).append(number)
    assert sorted(by_series.values()) == [[1, 2, 3], [1, 2, 3]]
    assert ledger_check.check() == []
