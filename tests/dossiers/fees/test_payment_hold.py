"""A dossier that was refused or withdrawn asks nobody for money from that moment, not from when its bill is closed."""

from __future__ import annotations

import pytest
from django.test import Client

from dossiers.models import Dossier
from dossiers.processing.transitions import move
from dossiers.states import DossierState
from payments.checkout import start as checkout
from payments.errors import BillHeld
from payments.states import BillState
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[DossierState.REFUSED, DossierState.WITHDRAWN], ids=["refused", "withdrawn"])
def ended(request: pytest.FixtureRequest) -> Dossier:
    dossier = factories.dossier(state=DossierState.SUBMITTED)
    move(dossier, request.param, actor=factories.officer(dossier.agency))
    return Dossier.objects.with_bills().get(pk=dossier.pk)


def test_the_owner_is_not_asked_to_pay(ended: Dossier) -> None:
    [bill] = ended.bills.all()
    assert bill.state == BillState.OPEN, "the step can still be undone"
    citizen = Client()
    citizen.get(f"/giay-hen/{ended.slip_token}/")
    page = citizen.get(f"/ho-so/{ended.code}/").content.decode()
    assert "không phải nộp khoản này" in page
    assert f"/thanh-toan/{bill.token}/" not in page
    for promise in ("CHƯA NỘP", "Hẹn trả", "Đã nhận hồ sơ."):
        assert promise not in page
    assert citizen.get("/nop-nhieu-ho-so/").context["owed"] == []


def test_nobody_can_begin_to_pay(ended: Dossier) -> None:
    [bill] = ended.bills.all()
    page = Client().get(f"/thanh-toan/{bill.token}/").content.decode()
    assert "không phải nộp khoản này" in page
    assert "Chọn cách nộp" not in page
    with pytest.raises(BillHeld):
        checkout.start(bill, "vnptpay", client_ip="127.0.0.1")


def test_the_desk_takes_no_money_for_it(ended: Dossier) -> None:
    page = browser_of(factories.officer(ended.agency)).get(f"/quay/{ended.code}/").content.decode()
    assert "thu-tien" not in page
