"""Tiers as people write them and read them, in the administration and in a workbook."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms import modelform_factory
from django.utils import timezone

from agencies.models import AuditEntry
from procedures.admin.schedules import RuleForm
from procedures.models import FeeRule, FeeSchedule, ScheduleState
from procedures.schedules.tiers import read_tiers, write_tiers
from tests.support import factories
from tests.support.schedule_pages import page, signed_in
from tests.support.schedules import schedule
from tests.support.sending_forms import send_form

TIERS: list[dict[str, int | None]] = [{"up_to": 2, "price": 2000}, {"up_to": None, "price": 1000}]


@pytest.mark.parametrize(
    "written",
    [
        "đến 2: 2.000; còn lại: 1.000",
        "Đến 2 trang: 2.000 đ\nCòn lại: 1000 đồng\n",
        "den 2: 2000 ; con lai: 1k;",
        "đến 2: 2.000\r\ntrên 2: 1.000",
        "up to 2: 2,000; rest: 1,000",
        '[{"up_to": 2, "price": 2000}, {"up_to": null, "price": 1000}]',
        TIERS,
    ],
)
def test_tiers_are_read_as_people_write_them(written: Any) -> None:
    assert read_tiers(written) == TIERS
    assert read_tiers(write_tiers(TIERS)) == TIERS


@pytest.mark.parametrize("written", ["", " \n", None, [], "[]"])
def test_nothing_is_no_tiers(written: Any) -> None:
    assert read_tiers(written) == []
    assert write_tiers([]) == ""


@pytest.mark.parametrize(
    "written",
    [
        "2000",
        "đến 2",
        "đến 2: nhiều",
        "đến: 2.000",
        "đến 2: 2.000; đến 2: 1.000",
        "còn lại: 1.000; đến 2: 2.000",
        "đến 2: 2.000; trên 3: 1.000",
        "đến 2: -5",
        "[" * 100_000,
        '[{"up_to": true, "price": 1}]',
        "đến 9999999999999999: 1",
    ],
)
def test_what_is_no_tiers_is_refused(written: Any) -> None:
    with pytest.raises(ValueError):
        read_tiers(written)


@pytest.mark.django_db
def test_the_form_of_a_schedule_shows_and_takes_words() -> None:
    draft = schedule(factories.case(), 10_000, timezone.localdate())
    FeeRule.objects.filter(schedule=draft).update(tiers=TIERS, quantity_fact="pages")
    writer = signed_in("writer")
    shown = writer.get(page(draft)).content.decode()
    assert "đến 2: 2.000; còn lại: 1.000" in shown and "up_to" not in shown
    send_form(writer, page(draft), {"rules-0-tiers": "đến 5: 3.000; còn lại: 1.000"})
    assert draft.rules.get().tiers[0] == {"up_to": 5, "price": 3000}
    (change,) = [each for each in AuditEntry.objects.latest("pk").detail["changes"] if each["field"] == "tiers"]
    assert (change["before"], change["after"]) == ("đến 2: 2.000; còn lại: 1.000", "đến 5: 3.000; còn lại: 1.000")
    FeeSchedule.objects.filter(pk=draft.pk).update(state=ScheduleState.ACTIVE)
    shown = writer.get(page(draft)).content.decode()
    assert "đến 5: 3.000; còn lại: 1.000" in shown and "up_to" not in shown


@pytest.mark.django_db
def test_a_mistake_is_told_with_an_example() -> None:
    rule = schedule(factories.case(), 10_000, timezone.localdate()).rules.get()
    form = modelform_factory(FeeRule, form=RuleForm, fields=["tiers"])
    assert "đến 2: 2.000; còn lại: 1.000" in str(form({"tiers": "2 trang 2000"}, instance=rule).errors["tiers"])
