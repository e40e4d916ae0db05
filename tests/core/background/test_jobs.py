"""Background work is declared once; tasks, beat's schedule and the sweeper follow from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from core.background import jobs


def test_every_job_is_a_celery_task_of_its_name() -> None:
    names = {job.name for job in jobs.all_jobs()}
    assert {"payments.process_inbox", "dossiers.send_messages", "agencies.link_audit"} <= names
    assert names <= set(current_app.tasks)


def test_beat_wakes_exactly_the_jobs_with_an_interval() -> None:
    schedule = jobs.beat_schedule()
    assert schedule["payments.process_inbox"]["kwargs"] == {"is_scheduled": True}
    assert set(schedule) == {job.name for job in jobs.all_jobs() if job.every}
    assert all(entry["schedule"] > 0 for entry in schedule.values())


def test_what_beat_wakes_the_sweeper_does_too() -> None:
    without = [job.name for job in jobs.all_jobs() if not job.rounds]
    assert without == []


def test_two_jobs_of_one_name_are_refused() -> None:
    def send_refunds() -> int:
        return 0

    send_refunds.__module__ = "payments.tasks"
    jobs.all_jobs()
    with pytest.raises(ValueError, match=r"payments\.send_refunds"):
        jobs.job("refunds")(send_refunds)


def test_no_task_is_declared_past_the_registry() -> None:
    root = Path(settings.BASE_DIR)
    apps = ("agencies", "procedures", "payments", "dossiers", "portal", "core")
    past = [
        str(file.relative_to(root))
        for app in apps
        for file in (root / app).rglob("*.py")
        if "shared_task" in file.read_text() and file.name != "jobs.py"
    ]
    assert past == []
