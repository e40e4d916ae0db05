"""A fee schedule's whole way over the pages, each form sent as it is rendered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from agencies.models import Role
from procedures.models import FeeSchedule, ScheduleState
from procedures.schedules import lifecycle
from tests.support import factories
from tests.support.schedules import schedule
from tests.support.sending_forms import send_form
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db


def page(of: FeeSchedule, step: str = "change") -> str:
    return reverse(f"admin:procedures_feeschedule_{step}", args=[of.pk])


def test_a_clone_is_edited_previewed_proposed_approved_becomes_active_and_is_taken_back() -> None:
    agency, today = factories.agency(), timezone.localdate()
    starts = today + timedelta(days=3)
    old = schedule(factories.case(), 10_000, today - timedelta(days=90), state=ScheduleState.ACTIVE)
    writer = browser_of(factories.officer(agency, Role.PROVINCE_ADMIN))
    approver = browser_of(factories.officer(agency, Role.PROVINCE_ADMIN))

    send_form(writer, page(old, "clone"), {"starts": f"{starts:%Y-%m-%d}"})
    new = FeeSchedule.objects.get(version=2)
    assert send_form(writer, page(new)).status_code == 200, "saved as it was made"
    assert new.rules.get().price == 10_000

    send_form(writer, page(new), {"rules-0-price": "12000", "legal_basis": "NQ 2"})
    assert new.rules.get().price == 12_000
    assert "So với 30 ngày qua" in writer.get(page(new, "propose")).content.decode(), "the preview"

    send_form(writer, page(new, "propose"))
    assert "không được tự duyệt" in send_form(writer, page(new, "approve")).content.decode()
    send_form(approver, page(new, "approve"))
    assert lifecycle.activate_due(starts) == 1
    new.refresh_from_db()
    assert (new.state, new.legal_basis) == (ScheduleState.ACTIVE, "NQ 2")

    send_form(writer, page(old, "go_back"), {"starts": f"{starts + timedelta(days=7):%Y-%m-%d}"})
    back = FeeSchedule.objects.get(version=3)
    assert send_form(writer, page(back)).status_code == 200
    assert (back.state, back.rules.get().price) == (ScheduleState.DRAFT, 10_000)


@pytest.mark.usefixtures("data")
def test_the_longest_schedule_of_the_province_is_cloned_and_saved_with_another_line() -> None:
    lines = Count("rules", distinct=True) + Count("exemptions", distinct=True)
    longest = FeeSchedule.objects.annotate(lines=lines).order_by("-lines")[0]
    starts = max(timezone.localdate(), longest.valid_during.lower) + timedelta(days=3)
    writer = browser_of(factories.officer(factories.agency(), Role.PROVINCE_ADMIN))
    send_form(writer, page(longest, "clone"), {"starts": f"{starts:%Y-%m-%d}"})
    clone = FeeSchedule.objects.get(cloned_from=longest)
    row = {"code": "them", "case": "", "name": "Lệ phí thêm", "kind": "le_phi", "price": "2000"}
    row |= dict.fromkeys(("channel", "applicant", "area", "timing"), "any")
    row |= {"refund_policy": "manual", "free_quantity": "0", "tiers": "[]", "position": "99"}
    saved = send_form(writer, page(clone), added={"rules": [row]})
    assert saved.redirect_chain, "saved"
    assert clone.rules.count() == longest.rules.count() + 1
    assert clone.exemptions.count() == longest.exemptions.count()


def test_a_schedule_that_ends_before_it_starts_is_refused_by_name() -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    writer = browser_of(factories.officer(factories.agency(), Role.PROVINCE_ADMIN))
    answer = send_form(writer, page(draft), {"valid_during_0": "10/12/2026", "valid_during_1": "01/12/2026"})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
