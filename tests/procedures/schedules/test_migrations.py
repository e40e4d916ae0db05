"""An installation whose schedules overlapped gets complete ones, and bills still find their rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg2.extras import DateRange

from procedures.fees import Facts, quote
from procedures.models import FeeRule, FeeSchedule, ProcedureCase
from procedures.schedules.load import rules_for


def migrate(name: str = "") -> Any:
    """Take the procedures, and whoever builds on them, back to `name`; everything to its newest without one."""
    executor = MigrationExecutor(connection)
    targets = [("procedures", name)] if name else executor.loader.graph.leaf_nodes()
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.mark.django_db(transaction=True)
def test_overlapping_schedules_become_one_for_each_day() -> None:
    apps = migrate("0002_active_schedules_are_frozen")
    try:
        procedure = apps.get_model("procedures", "Procedure").objects.create(
            code="9.1", name="x", department="x", level="xa", valid_during=DateRange(date(2017, 1, 1), None)
        )
        case = apps.get_model("procedures", "ProcedureCase").objects.create(procedure=procedure, slug="x", name="x")
        half, end = date(2025, 7, 1), date(2027, 1, 1)
        lines = [
            ("A", 100_000, date(2019, 1, 1), None),
            ("B", 50_000, date(2019, 1, 1), half),
            ("B", 25_000, half, end),
        ]
        for version, (code, price, starts, ends) in enumerate(lines, 1):
            schedule = apps.get_model("procedures", "FeeSchedule").objects.create(
                procedure=procedure, version=version, valid_during=DateRange(starts, ends), legal_basis=f"TT {version}"
            )
            apps.get_model("procedures", "FeeRule").objects.create(
                schedule=schedule, case=case, code=code, name=code, kind="phi", price=price
            )
            schedule.state = "active"
            schedule.save()
    finally:
        migrate()
    found = ProcedureCase.objects.get(slug="x")
    for day, total in ((date(2020, 1, 1), 150_000), (half, 125_000)):
        quoted = quote(rules_for(found, day), Facts(), day)
        assert quoted.total == total
    assert [line.legal_basis for line in quoted.lines] == ["TT 1", "TT 3"]
    assert FeeSchedule.objects.filter(state="retired").count() == 3
    assert FeeRule.objects.filter(schedule__state="retired").count() == 3
