"""What made officers choose twice, press in vain or decide what was of no use."""

from __future__ import annotations

import pytest

from dossiers.models import Assistance, Channel, Dossier
from dossiers.states import DossierState as S
from tests.support import factories
from tests.support.decisions import decide
from tests.support.desk import signed_in
from tests.support.signing_in import browser_of
from tests.support.submitting import asking

pytestmark = pytest.mark.django_db(transaction=True)


def test_how_a_dossier_comes_in_is_what_the_officer_chose_last() -> None:
    agency = factories.agency()
    officer, case = factories.officer(agency), asking(agency)
    desk, address = browser_of(officer), f"/quay/nop-giup/?tim={case.procedure.code}"
    assert 'value="counter" selected' not in desk.get(address).content.decode()
    Assistance.objects.create(draft=factories.draft(case), officer=officer, agency=agency, channel=Channel.COUNTER)
    assert 'value="counter" selected' in desk.get(address).content.decode()
    assert 'value="counter" selected' not in signed_in(agency).get(address).content.decode()


def test_waiting_for_a_fee_is_offered_where_one_is_owed() -> None:
    owing, settled = factories.dossier(state=S.IN_PROCESS), factories.dossier(state=S.IN_PROCESS, amount=0)
    for dossier, is_offered in ((owing, True), (settled, False)):
        page = signed_in(dossier.agency).get(f"/quay/{dossier.code}/").content.decode()
        assert ("viec=cho-phi" in page) is is_offered


def test_a_dossier_is_withdrawn_with_a_word_of_how_that_was_asked() -> None:
    dossier = factories.dossier(state=S.ACCEPTED)
    desk = signed_in(dossier.agency)
    assert decide(desk, dossier, "rut", note="").status_code == 422
    decide(desk, dossier, "rut", note="Đơn xin rút ngày 30/11/2026")
    assert Dossier.objects.get(pk=dossier.pk).state == S.WITHDRAWN


def test_the_key_of_a_hand_over_leads_to_why_there_is_none() -> None:
    dossier = factories.dossier(state=S.FINISHED)
    page = signed_in(dossier.agency).get(f"/quay/{dossier.code}/").content.decode()
    assert page.split('data-key="F4"')[1].split("</div>")[0].count("Chưa nộp đủ phí") == 1
