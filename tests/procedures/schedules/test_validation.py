"""The linter: what the national database gets wrong must not get in (BR-19)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from procedures.models import ScheduleState
from procedures.schedules.validation import as_if_active, lint
from tests.support import factories
from tests.support.fee_rules import rule
from tests.support.schedules import schedule

TODAY = date(2026, 11, 23)


def checks(*rules: object, **values: object) -> dict[str, str]:
    return {finding.check: finding.level for finding in lint(list(rules), TODAY, **values)}  # type: ignore[arg-type]


def test_rule_19_a_fee_of_700_dong_is_an_error() -> None:
    assert checks(rule(price=700)) == {"too_small": "error"}
    assert checks(rule(price=1_000)) == {}


def test_rule_19_zero_beside_an_amount_in_the_text_is_flagged() -> None:
    assert checks(rule(price=0, unit="700.000 đồng/cơ sở")) == {"zero_with_amount": "warning"}
    assert checks(rule(price=0), texts={1: "mức thu 5.000 đ do HĐND"}) == {"zero_with_amount": "warning"}
    assert checks(rule(price=0, unit="lần")) == {}


@pytest.mark.parametrize(("days", "is_flagged"), [(1, True), (60, True), (61, False)])
def test_rule_19_what_expires_within_60_days_is_flagged(days: int, is_flagged: bool) -> None:
    assert ("expires" in checks(rule(ends=TODAY + timedelta(days=days)))) is is_flagged


def test_an_expiry_with_a_successor_is_a_notice_that_tells_the_new_price() -> None:
    new_year = date(2027, 1, 1)
    rules = [rule(price=25_000, ends=new_year), rule(price=50_000, starts=new_year)]
    [finding] = lint(rules, TODAY)
    assert finding.level == "notice"
    assert finding.message.endswith("hết hạn 31/12/2026, sau đó 50.000\u00a0đ")


def test_a_missing_legal_basis_a_gap_and_an_overlap_are_errors() -> None:
    assert checks(rule(legal_basis=" ")) == {"no_legal_basis": "error"}
    assert checks(rule(ends=TODAY)) == {"gap": "error"}
    assert checks(rule(), rule(code="A", price=5_000)) == {"overlap": "error"}


def test_a_gap_names_line_kind_channel_and_days() -> None:
    rules = [
        rule(code="B", name="Lệ phí", kind="le_phi", channel="counter", ends=date(2027, 1, 1)),
        rule(code="B", name="Lệ phí", kind="le_phi", channel="counter", starts=date(2027, 2, 1)),
    ]
    gap = next(finding for finding in lint(rules, TODAY, case="Chung") if finding.check == "gap")
    assert gap.message == "Lệ phí (lệ phí, nộp tại quầy): không có mức thu từ 01/01/2027 đến 31/01/2027"
    assert (gap.case, gap.on) == ("Chung", date(2027, 1, 1))


def test_a_gap_that_is_over_is_history() -> None:
    assert checks(rule(ends=date(2026, 1, 1)), rule(starts=date(2026, 2, 1))) == {}


def test_a_candidate_is_looked_at_as_if_it_were_active() -> None:
    start, end = date(2026, 12, 1), date(2027, 3, 1)
    before, later = rule(schedule_id=1), rule(schedule_id=2, starts=date(2027, 1, 1))
    after = rule(schedule_id=3, starts=end)
    candidate = [rule(schedule_id=4, starts=start, ends=end)]
    joined = as_if_active([before, later, after, candidate[0]], candidate)
    assert [(rule.schedule_id, rule.ends) for rule in joined] == [(1, start), (3, None), (4, end)]


@pytest.mark.django_db
@pytest.mark.usefixtures("data")
def test_the_command_finds_no_error_in_the_real_data_and_says_what_expires() -> None:
    out = StringIO()
    call_command("lint_fees", "--json", "--on", "2026-11-23", stdout=out)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    errors = {(row["procedure"], row["case"], row["check"]) for row in rows if row["level"] == "error"}
    assert errors == set()
    notices = {row["procedure"] for row in rows if row["check"] == "expires"}
    assert {"2.001199", "1.012278", "1.004628"} <= notices


@pytest.mark.django_db
def test_the_command_fails_on_an_error() -> None:
    case = factories.case()
    schedule(case, 700, date(2026, 1, 1), state=ScheduleState.ACTIVE)
    with pytest.raises(SystemExit, match="1"):
        call_command("lint_fees", "--on", "2026-11-23", stdout=StringIO())
