"""A fee that only an examination can tell: no bill, no hand-over, until an officer sets it once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.models import AuditEntry, Role
from dossiers.handover.release import why_not
from dossiers.models import Dossier
from dossiers.states import DossierState
from payments.models import Bill
from tests.support import factories
from tests.support.unpriced import awaiting_amount

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(of: Any, role: Role = Role.HANDLING_OFFICER) -> Client:
    client = Client()
    client.force_login(factories.officer(of, role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_nothing_is_billed_nor_handed_over_before_the_amount_is_set() -> None:
    agency = factories.agency()
    dossier = awaiting_amount(agency)
    assert not Bill.objects.exists()
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.FINISHED)
    assert why_not(Dossier.objects.get()) == "not_settled"
    assert "Xác định mức thu" in signed_in(agency).get(f"/quay/{dossier.code}/").content.decode()


def test_an_officer_sets_the_amount_once_and_the_bill_keeps_the_refund_policy() -> None:
    agency = factories.agency()
    dossier = awaiting_amount(agency)
    client, page = signed_in(agency), f"/quay/{dossier.code}/muc-thu/"
    assert "thiếu ba số 0" in client.post(page, {"amount_0": "700", "reason": "x"}).content.decode()
    assert not Bill.objects.exists()
    for amount in ("16000000", "1000"):
        client.post(page, {"amount_0": amount, "reason": "Biên bản 12"})
    bill = Bill.objects.get()
    assert bill.amount == 16_010_000
    assert {line.code: line.source["refund"]["policy"] for line in bill.lines.all()} == {"A": "manual", "B": "none"}
    assert AuditEntry.objects.filter(action="fee_determined").count() == 1
    assert not Dossier.objects.get().awaits_amount


def test_who_took_the_dossier_in_sees_that_it_waits_but_cannot_set_its_price() -> None:
    agency = factories.agency()
    dossier = awaiting_amount(agency)
    window, page = signed_in(agency, Role.RECEPTION_OFFICER), f"/quay/{dossier.code}/muc-thu/"
    shown = window.get(f"/quay/{dossier.code}/").content.decode()
    assert "Mức thu được xác định sau khi thẩm định" in shown
    assert page not in shown
    assert window.post(page, {"amount_0": "16000000", "reason": "x"}).status_code == 403
    assert Dossier.objects.get().awaits_amount


def test_another_agency_cannot_set_it() -> None:
    dossier = awaiting_amount(factories.agency())
    answer = signed_in(factories.agency()).post(f"/quay/{dossier.code}/muc-thu/", {"amount_0": "5000", "reason": "x"})
    assert answer.status_code == 404
    assert Dossier.objects.get().awaits_amount
