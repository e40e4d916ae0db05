"""“My phone says done” at the desk: what the bank answers, in words, and a report that an officer makes."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Role
from dossiers.desk.fees import bank_words
from dossiers.models import Dossier
from payments.models import ChargeClaim, Payment
from payments.states import PaymentState
from tests.support import factories
from tests.support.desk import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
BUTTON = "Công dân nói đã bị trừ tiền"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def attempted(state: PaymentState) -> tuple[Dossier, Payment]:
    dossier = factories.dossier()
    values: dict[str, Any] = {"paid_at": timezone.now()} if state in (PaymentState.PAID, PaymentState.REVERSED) else {}
    return dossier, factories.payment(of=dossier.bills.get(), state=state, **values)


def given(payment: Payment, **changes: str) -> dict[str, str]:
    moment = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {
        "attempt": payment.token,
        "amount": "10.000",
        "charged_at": moment,
        "bank_ref": "FT26327123",
        **changes,
    }


@pytest.mark.parametrize("state", PaymentState)
def test_what_the_bank_said_is_told_in_words(state: PaymentState) -> None:
    dossier, _payment = attempted(state)
    said = bank_words.answers(Dossier.objects.with_bills().get(pk=dossier.pk))
    assert said.startswith("VNPT-Pay: ")
    assert ("đã nhận tiền" in said) is (state == PaymentState.PAID)


def test_who_asks_for_what_was_never_begun_learns_the_next_step() -> None:
    dossier = factories.dossier()
    answer = signed_in(dossier.agency).post(f"/quay/{dossier.code}/hoi-ngan-hang/", follow=True)
    assert "báo kế toán mã đó" in answer.content.decode()
    assert BUTTON not in answer.content.decode(), "there is no attempt to report"


def test_reception_reports_it_with_the_number_on_the_phone() -> None:
    dossier, payment = attempted(PaymentState.CANCELLED)
    officer = signed_in(dossier.agency)
    page = f"/quay/{dossier.code}/bi-tru-tien/"
    assert page in officer.get(f"/quay/{dossier.code}/").content.decode()
    assert officer.post(page, given(payment, bank_ref="")).status_code == 422, "the phone is in hand"
    told = officer.post(page, given(payment), follow=True).content.decode()
    assert "Đã giao kế toán" in told and "Đừng thu tiền lần nữa" in told
    claim = ChargeClaim.objects.get()
    assert (claim.payment, claim.bank_ref, claim.amount) == (payment, "FT26327123", 10_000)
    assert "officer" in claim.discrepancy.note, "who was told"
    assert BUTTON not in officer.get(f"/quay/{dossier.code}/").content.decode()
    assert officer.get(page).status_code == 302


def test_who_only_reads_reports_nothing() -> None:
    dossier, payment = attempted(PaymentState.FAILED)
    auditor = signed_in(dossier.agency, Role.AUDITOR)
    assert BUTTON not in auditor.get(f"/quay/{dossier.code}/").content.decode()
    assert auditor.post(f"/quay/{dossier.code}/bi-tru-tien/", given(payment)).status_code == 403
