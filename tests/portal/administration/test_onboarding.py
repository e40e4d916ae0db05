"""The board counts what is there: contracts, books, officers, prices, and money that came in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AuditEntry, Level, OnboardingStep, Role, User
from payments.callbacks import inbox
from payments.receipts import issue as receipts
from portal.administration.onboarding.board_views import Progress, board
from procedures.models import ScheduleState
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db


def of(agency: Agency) -> Progress:
    members = [member for group in board(timezone.localdate()) for member in group.members if member.agency == agency]
    return members[0]


def test_an_agency_goes_live_step_by_step() -> None:
    province = factories.agency("Tỉnh", level=Level.PROVINCE)
    commune = factories.agency("Xã Thu Cúc", parent=province)
    case = factories.case()
    case.procedure.agencies.add(commune)
    assert of(commune).done == frozenset()
    factories.merchant(province, "vnptpay")  # the province signs for all its units
    schedule(case, 10_000, timezone.localdate(), state=ScheduleState.ACTIVE)
    receipts.open_books([commune.pk], timezone.localdate())
    factories.officer(commune)
    OnboardingStep.objects.create(agency=commune, step="agreement", day=timezone.localdate(), evidence="TT 12")
    assert of(commune).done == {"agreement", "account", "series", "officers", "fees"}
    payment = factories.payment(factories.bill(of=commune))
    Client().post("/gateways/vnptpay/notify", confirm(payment), content_type="application/json")
    inbox.drain()
    assert of(commune).is_live


def test_the_boards_queries_do_not_grow(django_assert_max_num_queries: object) -> None:
    case = factories.case()
    case.procedure.agencies.set([factories.agency(f"Xã {number}") for number in range(30)])
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        groups = board(timezone.localdate())
    assert [len(group.members) for group in groups] == [0, 0, 30]


def test_the_page_opens_for_any_day() -> None:
    client = Client()
    root = User.objects.create_superuser("root", password="a long test password")
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    agency = factories.agency("Xã Thu Cúc")
    factories.case().procedure.agencies.add(agency)
    assert "Xã Thu Cúc" in client.get("/admin/trien-khai/").content.decode()
    for day in ("", "2021-07-02", "x", "9999-99-99"):
        answer = client.get("/admin/trien-khai/", {"ngay": day})
        assert answer.status_code == 200
        assert "94/225" in answer.content.decode()


def test_an_agencys_checklist_attests_with_evidence_and_opens_the_books() -> None:
    agency = factories.agency("Xã Thu Cúc")
    factories.case().procedure.agencies.add(agency)
    factories.merchant(agency, "vnptpay")
    browser = browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))
    page = f"/admin/trien-khai/{agency.pk}/"
    text = browser.get(page).content.decode()
    assert "1 trong 8 bước đã xong" in text and "Chưa có mức thu:" in text
    browser.post(page, {"step": "agreement", "day": "2026-05-04"})
    assert not OnboardingStep.objects.exists()
    browser.post(page, {"step": "agreement", "day": "2026-05-04", "evidence": "TT 12/NH-VT"})
    browser.post(page, {"open_books": ""})
    text = browser.get(page).content.decode()
    assert "3 trong 8 bước đã xong" in text and "04/05/2026 · TT 12/NH-VT" in text
    assert set(AuditEntry.objects.filter(agency=agency).values_list("action", flat=True)) == {
        "onboarding_step",
        "receipt_books_opened",
    }
    auditor = browser_of(factories.officer(agency, Role.AUDITOR))
    assert (auditor.get(page).status_code, auditor.post(page).status_code) == (200, 403)
