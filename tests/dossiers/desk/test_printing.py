"""What an officer prints: what the state calls for first, receipts after money, each print counted."""

from __future__ import annotations

import pypdfium2
import pytest

from agencies.models import Role
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from payments.cash_desk import collect as cash_desk
from tests.support import factories
from tests.support.desk import pdf_text, signed_in
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("paper", "size"), [("bien-nhan", "80"), ("bien-nhan", "a5"), ("giay-hen", "80")])
def test_a_second_print_says_so_on_its_face(paper: str, size: str) -> None:
    dossier = factories.dossier(state=9, amount=0)
    client = signed_in(dossier.agency)
    release(dossier, officer=factories.officer(dossier.agency), receiver=Receiver("Lê Văn An", "family"))
    first, second = (client.post(f"/quay/{dossier.code}/in/", {"giay": paper, "kho": size}) for _ in range(2))
    assert "Bản in lần" not in pdf_text(first.content)
    assert "Bản in lần 2" in pdf_text(second.content)
    assert len(pypdfium2.PdfDocument(second.content)) == 1
    assert dossier.code in pdf_text(second.content)
    assert "đã in 2 lần" in client.get(f"/quay/{dossier.code}/").content.decode()


@pytest.mark.parametrize(("state", "kind", "first"), [(5, "supplement", "bo-sung"), (8, "stop", "dung")])
def test_the_first_paper_to_print_is_what_the_last_step_calls_for(state: int, kind: str, first: str) -> None:
    dossier = factories.dossier(state=state, amount=0)
    client = signed_in(dossier.agency)
    dossier.notices.create(kind=kind, reason="x", issued_by=factories.officer(dossier.agency))
    names = [paper.name for paper, _count in client.get(f"/quay/{dossier.code}/").context["papers"]]
    assert names[0] == first
    assert "giay-hen" not in names, "nobody has taken it in"


def test_after_cash_the_receipt_is_what_is_printed_next() -> None:
    dossier = factories.dossier(state=2)
    user = factories.officer(dossier.agency)
    user.memberships.create(agency=dossier.agency, role=Role.CASHIER, valid_during=factories.FOREVER)
    cash_desk.open_shift(user, dossier.agency, opening_amount=0)
    cash_desk.take(dossier.bills.get(), cash_desk.Taking("cash", 10_000), cashier=user)
    mine, colleague = browser_of(user), signed_in(dossier.agency)
    keys = [key for _receipt, key in mine.get(f"/quay/{dossier.code}/").context["receipts"]]
    assert keys == ["shift+F8 F9"]
    assert mine.get(f"/quay/{dossier.code}/").content.decode().index("shift+F8 F9") < mine.get(
        f"/quay/{dossier.code}/"
    ).content.decode().index('data-key="F9"'), "the first that carries a key is pressed"
    keys = [key for _receipt, key in colleague.get(f"/quay/{dossier.code}/").context["receipts"]]
    assert keys == ["shift+F8"], "who took no money prints what the step calls for"


@pytest.mark.parametrize("state", [1, 3])
def test_no_slip_says_that_what_was_not_taken_in_was(state: int) -> None:
    dossier = factories.dossier(state=state)
    answer = signed_in(dossier.agency).post(f"/quay/{dossier.code}/in/", {"giay": "giay-hen", "kho": "80"})
    assert answer.status_code == 404


def test_a_paper_that_does_not_exist_yet_is_not_found() -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    for body in ({"giay": "bien-nhan", "kho": "80"}, {"giay": "giay-hen", "kho": "a0"}, {}):
        assert client.post(f"/quay/{dossier.code}/in/", body).status_code == 404
    assert not dossier.printings.exists()
