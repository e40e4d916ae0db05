"""Why this fee: told from what is frozen in the bill, also after the schedule has changed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from dossiers.submission import Application, submit
from procedures.models import Exemption, FeeSchedule, ScheduleState
from tests import factories
from tests.procedures.test_schedule_life import schedule

pytestmark = pytest.mark.django_db


def test_the_page_names_version_rule_and_inputs_and_is_closed_to_other_agencies() -> None:
    agency, case = factories.agency(), factories.case()
    made = schedule(case, 10_000, timezone.localdate())
    made.rules.update(quantity_fact="copies", name="Lệ phí bản sao")
    Exemption.objects.create(schedule=made, group="ho-ngheo", name="Hộ nghèo", percent=50, evidence="Sổ hộ nghèo")
    FeeSchedule.objects.filter(pk=made.pk).update(state=ScheduleState.ACTIVE)
    poor = frozenset({"ho-ngheo"})
    asked = Application(case, agency, "Nguyễn Thị Bình", "+84912345678", quantities={"copies": 3}, groups=poor)
    dossier, _pin = submit(asked)
    made.refresh_from_db()
    made.state = ScheduleState.RETIRED
    made.save(update_fields=["state"])
    address = f"/quay/{dossier.code}/vi-sao/"
    client = Client()
    client.force_login(factories.officer(agency), backend="django.contrib.auth.backends.ModelBackend")
    text = client.get(address).content.decode()
    for told in ("Lệ phí bản sao: 15.000", "30.000", "Số bản: 3", "Hộ nghèo · Sổ hộ nghèo", "phiên bản 1", "NQ 1"):
        assert told in text, told
    other = Client()
    other.force_login(factories.officer(factories.agency()), backend="django.contrib.auth.backends.ModelBackend")
    assert other.get(address).status_code == 404
