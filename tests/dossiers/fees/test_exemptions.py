"""An exemption claimed is not one granted: somebody sees the paper before the result leaves, or the fee is owed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.models import Agency, AuditEntry, Role
from dossiers.errors import NothingClaimed, NotReleasable
from dossiers.fees import exemptions
from dossiers.fees.claims import claim_of
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, ExemptionCheck, HandOver, Message
from dossiers.states import DossierState as S
from payments.cash_desk import collect as cash_desk
from payments.errors import BillNotPayable
from payments.models import Bill
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.desk import RECEIVER, signed_in
from tests.support.exemptions import EVIDENCE, GROUND, claiming

pytestmark = pytest.mark.django_db(transaction=True)
RELATIVE = Receiver("Lê Văn An", "family")


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.with_bills().get(pk=dossier.pk)


def page_of(client: Client, dossier: Dossier) -> str:
    return " ".join(client.get(f"/quay/{dossier.code}/").content.decode().replace("\xa0", " ").split())


def say(client: Client, dossier: Dossier, paper: str) -> Any:
    return client.post(f"/quay/{dossier.code}/mien-giam/", {"giay": paper}, follow=True)


def test_the_banner_says_ground_amount_and_what_is_to_be_seen_and_one_key_says_it_was(agency: Agency) -> None:
    dossier, client = claiming(agency), signed_in(agency)
    page = page_of(client, dossier)
    assert "MIỄN" in page
    assert f"Miễn 160.000 đ · <strong>{GROUND}</strong>" in page
    assert f"cần xem giấy chứng minh: {EVIDENCE}" in page
    assert 'data-key="F3"' in page
    say(client, dossier, "co")
    page = page_of(client, dossier)
    assert "đã xem giấy chứng minh lúc" in page
    assert 'data-key="F3"' not in page
    assert AuditEntry.objects.get(action="exemption_proven").detail == {"ground": GROUND, "amount": 160_000}


def test_no_result_leaves_on_a_claim_that_nobody_has_checked(agency: Agency) -> None:
    dossier, client = claiming(agency, state=S.FINISHED), signed_in(agency)
    page = page_of(client, dossier)
    assert "Chưa ai xem giấy chứng minh" in page
    assert "tra-ket-qua" not in page
    for address in (f"/quay/{dossier.code}/tra-ket-qua/", "/quay/tra-nhieu/"):
        client.post(address, {"ma": dossier.code, **RECEIVER})
    with pytest.raises(NotReleasable, match="not_proven"):
        release(dossier, officer=factories.officer(agency), receiver=RELATIVE)
    assert not HandOver.objects.exists()
    say(client, dossier, "co")
    client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER)
    assert HandOver.objects.exists()


def test_the_list_says_what_is_to_be_done_first_and_does_not_offer_it_with_others(agency: Agency) -> None:
    dossier, client = claiming(agency, state=S.FINISHED), signed_in(agency)
    row = client.get("/quay/", {"viec": "san-sang"}).context["rows"][0]
    assert (str(row.action), row.is_ready) == ("Xem giấy miễn, giảm rồi trả kết quả", False)
    exemptions.prove(dossier, actor=factories.officer(agency))
    row = client.get("/quay/", {"viec": "san-sang"}).context["rows"][0]
    assert (str(row.action), row.is_ready) == ("Trả kết quả", True)


@pytest.mark.parametrize(("percent", "paid", "missing"), [(100, 0, 160_000), (50, 80_000, 80_000)])
def test_without_a_paper_the_rest_is_owed_by_a_bill_of_its_own(
    agency: Agency, percent: int, paid: int, missing: int
) -> None:
    dossier, client = claiming(agency, state=S.FINISHED, percent=percent), signed_in(agency)
    page = say(client, dossier, "khong").content.decode().replace("\xa0", " ")
    first, further = Bill.objects.order_by("pk")
    assert (first.amount, further.amount, further.state) == (paid, missing, "open")
    assert f"Phải nộp {missing // 1000}.000 đ" in page
    assert "không có giấy chứng minh" in page
    assert 'data-state="not_paid"' in page
    assert Message.objects.filter(kind="fee_due", subject=f"bill:{further.pk}").exists(), "the citizen is told"
    line = further.lines.get()
    assert line.source["reduction"] is None and line.source["claim_without_paper"]["name"] == GROUND
    assert ledger_check.check() == []
    assert client.post(f"/quay/{dossier.code}/mien-giam/", {"giay": "khong"}, follow=True).status_code == 200
    assert Bill.objects.count() == 2, "once"


def test_who_pays_what_the_claim_took_off_gets_the_result(agency: Agency) -> None:
    dossier = claiming(agency, state=S.FINISHED)
    officer, cashier = factories.officer(agency), factories.officer(agency, Role.CASHIER)
    bill = exemptions.let_fall(dossier, actor=officer).bill
    assert bill is not None
    with pytest.raises(NotReleasable, match="not_settled"):
        release(fresh(dossier), officer=officer, receiver=RELATIVE)
    cash_desk.open_shift(cashier, agency, opening_amount=0)
    cash_desk.take(bill, cash_desk.Taking("cash", 160_000), cashier=cashier)
    release(fresh(dossier), officer=officer, receiver=RELATIVE)
    assert HandOver.objects.exists()
    with pytest.raises(BillNotPayable):
        exemptions.prove(fresh(dossier), actor=officer)


def test_a_paper_brought_later_takes_the_bill_away_again(agency: Agency) -> None:
    dossier, client = claiming(agency, state=S.FINISHED), signed_in(agency)
    say(client, dossier, "khong")
    assert "Nay đã có giấy chứng minh" in page_of(client, dossier)
    say(client, dossier, "co")
    assert [bill.state for bill in Bill.objects.order_by("pk")] == ["waived", "cancelled"]
    claim = claim_of(fresh(dossier))
    assert claim is not None and claim.is_proven
    assert ExemptionCheck.objects.count() == 2, "both stay on record"


def test_for_everybody_else_a_lower_price_may_hold_all_the_same(agency: Agency) -> None:
    bill = exemptions.let_fall(claiming(agency, for_all=50), actor=factories.officer(agency)).bill
    assert bill is not None and bill.amount == 80_000


def test_what_everybody_gets_is_no_claim_and_what_is_over_is_not_asked_for(agency: Agency) -> None:
    officer = factories.officer(agency)
    assert claim_of(fresh(factories.dossier(agency, amount=0))) is None
    with pytest.raises(NothingClaimed):
        exemptions.prove(factories.dossier(agency), actor=officer)
    for state in (S.REFUSED, S.WITHDRAWN, S.STOPPED, S.RETURNED):
        with pytest.raises(NothingClaimed):
            exemptions.let_fall(claiming(agency, state=state), actor=officer)
    assert not Bill.objects.filter(state="open", amount__gt=10_000).exists()


def test_two_officers_at_once_say_it_once(agency: Agency) -> None:
    dossier, officers = claiming(agency), [factories.officer(agency) for _ in range(2)]
    answers = at_once(2, lambda number: exemptions.let_fall(dossier, actor=officers[number]))
    assert sum(isinstance(each, NothingClaimed) for each in answers) == 1
    assert Bill.objects.filter(state="open").count() == 1


def test_only_officers_of_the_agency_say_it(agency: Agency) -> None:
    dossier = claiming(agency)
    for role in (Role.CASHIER, Role.ACCOUNTANT, Role.AUDITOR, Role.SIGNER):
        assert say(signed_in(agency, role), dossier, "co").status_code == 403
    assert say(signed_in(factories.agency()), dossier, "co").status_code == 404
    assert not ExemptionCheck.objects.exists()
