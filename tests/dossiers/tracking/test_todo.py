"""What is left to the owner: said the same on the dossier, the paid bill and the receipt."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from dossiers.models import Dossier, DossierBill
from dossiers.states import DossierState
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.models import Receipt
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = "Bạn không phải làm gì thêm."


def paid() -> Dossier:
    dossier = factories.dossier(state=DossierState.ACCEPTED)
    post(confirm(factories.payment(of=dossier.bills.get())))
    inbox.drain_all()
    return dossier


def pages(dossier: Dossier) -> list[str]:
    """Return the paid bill, its receipt and the dossier's page."""
    receipt = Receipt.objects.get()
    addresses = (f"/thanh-toan/{receipt.bill.token}/", f"/bien-lai/{receipt.token}/", f"/ho-so/{dossier.code}/")
    browser = opened(dossier)
    return [browser.get(address).content.decode().replace("\u00a0", " ") for address in addresses]


def test_nothing_is_said_to_be_left_only_when_nothing_is() -> None:
    dossier = paid()
    bill, receipt, page = pages(dossier)
    assert NOTHING in bill and NOTHING in receipt and "Bạn còn phải làm" not in page


@pytest.mark.parametrize("what", ["postage", "original", "exempt", "supplement"])
def test_what_is_left_stands_on_every_page(what: str) -> None:
    dossier = paid()
    sentence = {
        "postage": "Nộp 30.000 đ cước bưu điện.",
        "original": "Bản chính: mang theo khi đến nhận để đối chiếu.",
        "exempt": "Mang giấy tờ chứng minh được miễn, giảm khi nhận kết quả.",
        "supplement": "Bổ sung giấy tờ theo đề nghị của cơ quan.",
    }[what]
    if what == "postage":
        line = NewLine(code="C", kind="postage", description="Cước", amount=30_000)
        bill = factories.bill(of=dossier.agency, reference=dossier.code, lines=[line])
        with transaction.atomic():
            DossierBill.objects.create(dossier=dossier, bill=bill)
    elif what == "original":
        dossier.case.procedure.documents.create(name=sentence.rstrip("."), is_required=False)
    elif what == "exempt":
        Dossier.objects.update(facts={"groups": ["ho-ngheo"]})
    else:
        Dossier.objects.update(state=DossierState.SUPPLEMENT)
    shown = pages(dossier)
    assert [sentence in page and NOTHING not in page for page in shown] == [True] * 3
    if what == "postage":
        assert "30.000 đ · cước bưu điện" in shown[2] and "10.000 đ · phí, lệ phí" in shown[2], "each box says which"


def test_a_bill_of_another_system_leaves_nothing() -> None:
    post(confirm(factories.payment()))
    inbox.drain_all()
    assert NOTHING in Client().get(f"/thanh-toan/{Receipt.objects.get().bill.token}/").content.decode()
