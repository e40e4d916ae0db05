"""The board counts what is there: contracts, books, officers, prices, and money that came in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, Level, OnboardingStep, User
from payments import inbox, receipts
from portal.onboarding import Progress, board
from procedures.models import ScheduleState
from tests import factories
from tests.notices import confirm
from tests.procedures.test_schedule_life import schedule

pytestmark = pytest.mark.django_db


def of(agency: Agency) -> Progress:
    found = [member for group in board(timezone.localdate()) for member in group.members if member.agency == agency]
    return found[0]


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
    for day in ("", "2021-07-02", "x", "9999-99-99"):
        answer = client.get("/admin/trien-khai/", {"ngay": day})
        assert answer.status_code == 200
        assert "94/225" in answer.content.decode()
