"""What the benchmarks write by SQL still fits the tables: a column they do not know would stop `make bench`."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import desk_search
from bench.seeding import Field
from dossiers.models import Dossier
from payments.callbacks import inbox
from payments.models import Payment
from payments.settlement import ledger_check
from payments.states import PaymentState

pytestmark = pytest.mark.django_db(transaction=True)


def test_seeded_payments_settle_and_the_books_are_in_order() -> None:
    field = Field()
    numbers = field.payments(3)
    field.notifications(numbers)
    inbox.drain_all()
    assert list(Payment.objects.values_list("state", flat=True)) == [PaymentState.PAID] * 3
    assert ledger_check.check() == []


def test_the_desks_million_has_an_open_and_many_finished_dossiers_of_each_agency() -> None:
    field = Field()
    with connection.cursor() as cursor:
        desk_search.fill(cursor, field, first=field.agency.pk, agencies=1, count=100)
    assert Dossier.objects.filter(bills__state="paid").count() == 98
    assert Dossier.objects.filter(bills__state="open").count() == 2
