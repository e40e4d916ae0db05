"""By when a bill is to be paid: what clients may write, and what it means afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agencies.models import Agency
from tests.support import factories
from tests.support.payments.api import new_bill, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_day_alone_lasts_until_it_ends_in_vietnam(key: str, agency: Agency) -> None:
    day = f"{timezone.localdate() + timedelta(days=30)}"
    status, bill = send(key, "/api/v1/bills", new_bill(agency, due_at=day), "k")
    due = datetime.fromisoformat(f"{day}T23:59:59+07:00")
    assert (status, datetime.fromisoformat(bill["due_at"])) == (201, due)


@pytest.mark.parametrize("clock", ["T17:00:00", " 17:00", "T17:00:00.5"])
def test_a_time_without_its_zone_is_refused_and_one_with_it_is_taken(key: str, agency: Agency, clock: str) -> None:
    moment = f"{timezone.localdate() + timedelta(days=30)}{clock}"
    status, problem = send(key, "/api/v1/bills", new_bill(agency, due_at=moment), "k")
    assert (status, list(problem["errors"])) == (422, ["due_at"])
    assert "+07:00" in problem["errors"]["due_at"][0]
    assert send(key, "/api/v1/bills", new_bill(agency, due_at=f"{moment}+07:00"), "k")[0] == 201


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01"])
def test_a_day_that_cannot_be_is_refused(key: str, agency: Agency, day: str) -> None:
    assert send(key, "/api/v1/bills", new_bill(agency, due_at=day), "k")[0] == 422


def test_a_bill_past_its_day_says_so_and_is_still_to_be_paid(key: str, agency: Agency) -> None:
    factories.merchant(agency, "vietinbank")
    due = timezone.now() + timedelta(hours=1)
    _, made = send(key, "/api/v1/bills", new_bill(agency, due_at=due.isoformat()), "k")
    assert made["is_overdue"] is False
    page = f"/thanh-toan/{made['token']}/"
    assert "đã quá hạn" not in Client().get(page).content.decode()
    with time_machine.travel(due + timedelta(minutes=1)):
        late = send(key, f"/api/v1/bills/{made['id']}")[1]
        assert (late["state"], late["is_overdue"]) == ("open", True)
        assert "đã quá hạn, vẫn nộp được" in Client().get(page).content.decode()
        assert send(key, f"/api/v1/bills/{made['id']}/payments", {"gateway": "vietinbank"}, "p")[0] == 201
        assert send(key, f"/api/v1/bills/{made['id']}/cancel", {}, "c")[1]["is_overdue"] is False
        assert "đã quá hạn" not in Client().get(page).content.decode()
