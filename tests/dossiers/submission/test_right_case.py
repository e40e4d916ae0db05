"""The answers decide the case: a birth of last week is in time, one of years ago is late, and the fee follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AuditEntry
from dossiers.models import Draft
from dossiers.submission import assisted, drafts
from dossiers.submission.forms import MatterForm
from procedures.models import FeeRule, FeeSchedule, ProcedureCase, Question, ScheduleState
from tests.support import factories
from tests.support.html_forms import forms_in
from tests.support.schedules import schedule
from tests.support.signing_in import browser_of
from tests.support.submitting import PERSON, begun

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(agency: Agency) -> tuple[ProcedureCase, ProcedureCase]:
    """A birth in time costs nothing, a late one 5.000 đ; the name of the child is asked for, too."""
    in_time = factories.case()
    procedure = in_time.procedure
    procedure.agencies.add(agency)
    born = Question.objects.create(
        procedure=procedure, slug="born_on", label="Ngày sinh của trẻ", kind="date", day_lies="past"
    )
    Question.objects.create(procedure=procedure, slug="child", label="Họ và tên trẻ", position=1)
    late = ProcedureCase.objects.create(
        procedure=procedure, slug=f"{in_time.slug}-muon", name="Quá hạn", position=1, decided_by=born, at_least=61
    )
    in_time.name, in_time.decided_by, in_time.at_most = "Đúng hạn", born, 60
    in_time.save()
    fees = schedule(in_time, 0, timezone.localdate() - timedelta(days=9))
    FeeRule.objects.create(schedule=fees, case=late, code="A", name="Lệ phí", kind="le_phi", price=5000)
    FeeSchedule.objects.filter(pk=fees.pk).update(state=ScheduleState.ACTIVE)
    return in_time, late


def days_ago(number: int) -> str:
    return f"{timezone.localdate() - timedelta(days=number):%d/%m/%Y}"


def matter(agency: Agency, born: int, **more: Any) -> dict[str, Any]:
    return {"agency": agency.pk, "q_born_on": days_ago(born), "q_child": "Nguyễn An", **more}


@pytest.mark.parametrize(("born", "chosen", "right", "fee"), [(8, 1, 0, "Không thu phí"), (2000, 0, 1, "5.000")])
def test_one_press_leads_to_the_case_that_the_answers_say_with_everything_typed_and_its_fee(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency, born: int, chosen: int, right: int, fee: str
) -> None:
    browser = Client()
    draft = begun(browser, cases[chosen])
    step = f"/ho-so-nhap/{draft.code}/noi-dung/"
    assert cases[chosen].condition in browser.get(step).content.decode()
    refused = browser.post(step, matter(agency, born))
    page = refused.content.decode()
    assert refused.status_code == 422
    assert f"{days_ago(born)} không hợp với trường hợp đã chọn: {cases[chosen].name}" in page
    assert cases[right].condition in page and fee in page.replace("\u00a0", " ")
    (form,) = [form for form in forms_in(page) if any(name == "q_child" for name in [c.name for c in form.controls])]
    assert [button.value for button in form.buttons if button.name == "truong-hop"] == [cases[right].slug]
    done = browser.post(step, matter(agency, born, **{"truong-hop": cases[right].slug}))
    assert done.headers["Location"] == f"/ho-so-nhap/{draft.code}/giay-to/"
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/", {"return_method": "counter"})
    checked = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode()
    assert fee in checked.replace("\u00a0", " ") and cases[right].condition in checked and "Nguyễn An" in checked
    draft.refresh_from_db()
    assert draft.case == cases[right]


def test_who_corrects_the_day_instead_stays_with_the_case_even_by_the_first_button(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency
) -> None:
    in_time, late = cases
    browser = Client()
    draft = begun(browser, in_time)
    step = f"/ho-so-nhap/{draft.code}/noi-dung/"
    browser.post(step, matter(agency, 600))
    done = browser.post(step, matter(agency, 6, **{"truong-hop": late.slug}))  # the key Enter presses the first button
    assert done.headers["Location"].endswith("/giay-to/")
    draft.refresh_from_db()
    assert draft.case == in_time


def test_another_procedure_s_case_and_a_made_up_one_change_nothing(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency
) -> None:
    browser = Client()
    draft = begun(browser, cases[0])
    for slug in (factories.case().slug, "nothing", cases[0].slug):
        answer = browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter(agency, 600, **{"truong-hop": slug}))
        assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.case == cases[0]


def test_a_draft_that_lay_until_it_is_late_is_not_handed_in_as_if_it_were_not(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency
) -> None:
    browser = Client()
    draft = begun(browser, cases[0])
    browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter(agency, 58))
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/", {"return_method": "counter"})
    assert browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").status_code == 200
    draft.refresh_from_db()
    with time_machine.travel(timezone.now() + timedelta(days=13), tick=True):
        assert drafts.first_open_step(draft) is MatterForm


def test_answers_that_no_case_is_for_are_said_to_have_none(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency
) -> None:
    in_time, late = cases
    late.at_most = 100
    late.save()
    browser = Client()
    draft = begun(browser, in_time)
    page = browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter(agency, 600)).content.decode()
    assert "không có trường hợp nào như vậy" in page and "truong-hop" not in page


def test_the_procedure_s_page_and_the_officer_s_list_say_for_whom_each_case_is(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency
) -> None:
    page = Client().get(f"/thu-tuc/{cases[0].procedure.code}/").content.decode()
    desk = browser_of(factories.officer(agency)).get("/quay/nop-giup/", {"tim": "chứng thực"}).content.decode()
    for case in cases:
        assert case.condition in page and case.condition in desk


def test_an_officer_changes_the_case_in_the_same_way_and_the_citizen_confirms_it_anew(
    cases: tuple[ProcedureCase, ProcedureCase], agency: Agency
) -> None:
    in_time, late = cases
    officer = factories.officer(agency)
    browser = browser_of(officer)
    browser.post("/quay/nop-giup/", {"case": in_time.slug, "agency": agency.pk, "channel": "counter"})
    draft = Draft.objects.get()
    page = f"/ho-so-nhap/{draft.code}/"
    browser.post(page + "nguoi-nop/", PERSON)
    browser.post(page + "noi-dung/", matter(agency, 20))
    browser.post(page + "giay-to/", {"return_method": "counter"})
    ready = drafts.completed(Draft.objects.get())
    before = assisted._digest(ready)
    assert browser.post(page + "noi-dung/", matter(agency, 600)).status_code == 422
    browser.post(page + "noi-dung/", matter(agency, 600, **{"truong-hop": late.slug}))
    assert AuditEntry.objects.get(action="assist_case").detail["case"] == late.slug
    ready = drafts.completed(Draft.objects.get())
    assert (ready.draft.case, ready.quote.total) == (late, 5000)
    assert assisted._digest(ready) != before
