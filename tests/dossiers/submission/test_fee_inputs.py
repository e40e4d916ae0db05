"""A form asks what the fee of the chosen office depends on, and nothing is priced by a number nobody gave."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from agencies.models import Agency
from dossiers.models import Draft
from dossiers.submission import drafts
from dossiers.submission.fields import QuantitiesField
from procedures.fees import Facts, FeeUnknown, QuantityMissing, quote
from procedures.models import Exemption, FeeSchedule, ProcedureCase, ScheduleState
from procedures.schedules.load import rules_for
from tests.support import factories
from tests.support.schedules import schedule
from tests.support.sending_forms import send_form

pytestmark = pytest.mark.django_db
PERSON = {"owner_name": "Nguyễn Thị Bình", "owner_identity_number": "025190000123", "owner_phone": "0912 345 678"}


def in_use(case: ProcedureCase, price: int, *, agency: Agency | None = None, group: str = "", **rule: Any) -> None:
    """Put a schedule in use, of everybody or of one office."""
    made = schedule(case, price, timezone.localdate(), agency=agency)
    made.rules.update(**rule)
    if group:
        Exemption.objects.create(schedule=made, group=group, name=f"Diện {group}", percent=100)
    FeeSchedule.objects.filter(pk=made.pk).update(state=ScheduleState.ACTIVE)


@pytest.fixture
def case() -> ProcedureCase:
    """A procedure of two offices, 10.000 đ for everybody."""
    made = factories.case()
    made.procedure.agencies.add(factories.agency("Phường Một"), factories.agency("Phường Hai"))
    in_use(made, 10_000)
    return made


def offices(case: ProcedureCase) -> tuple[Agency, Agency]:
    first, second = case.procedure.agencies.order_by("name")
    return first, second


def begun(browser: Client, case: ProcedureCase) -> tuple[Draft, str]:
    """Begin a draft; return it with the address of the step that asks for the office."""
    answer = browser.post(f"/nop-ho-so/{case.slug}/", PERSON)
    return Draft.objects.latest("pk"), answer.headers["Location"]


def total(draft: Draft) -> int:
    draft.refresh_from_db()
    draft.answer("giay-to", {"return_method": ["counter"]})
    return drafts.completed(draft).quote.total


def test_an_office_that_counts_copies_asks_for_their_number(case: ProcedureCase) -> None:
    _general, own = offices(case)
    in_use(case, 2_000, agency=own, quantity_fact="copies")
    browser = Client()
    draft, step = begun(browser, case)
    assert "copies" not in browser.get(step).content.decode(), "no office is chosen yet"
    refused = send_form(browser, step, {"agency": str(own.pk)})
    assert refused.status_code == 422
    assert 'name="copies"' in refused.content.decode()
    done = send_form(browser, step, {"copies": "3"})
    assert done.redirect_chain[-1][0].endswith("/giay-to/")
    assert total(draft) == 6_000


def test_an_office_without_questions_of_its_own_is_priced_by_the_general_schedule(case: ProcedureCase) -> None:
    general, own = offices(case)
    in_use(case, 2_000, agency=own, quantity_fact="copies")
    browser = Client()
    draft, step = begun(browser, case)
    send_form(browser, step, {"agency": str(general.pk)})
    assert total(draft) == 10_000


def test_an_exemption_that_only_the_chosen_office_knows_is_offered_before_the_price(case: ProcedureCase) -> None:
    _general, own = offices(case)
    in_use(case, 2_000, agency=own, group="ho-ngheo")
    browser = Client()
    draft, step = begun(browser, case)
    refused = send_form(browser, step, {"agency": str(own.pk)})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Diện ho-ngheo" in page
    assert "Hãy xem lại các câu bên dưới" in page
    send_form(browser, step)
    assert total(draft) == 2_000
    data = {"agency": own.pk, "fee_questions": "ho-ngheo", "groups": "ho-ngheo"}
    browser.post(step, data)
    assert total(draft) == 0


def test_the_only_office_asks_its_own_questions_from_the_start() -> None:
    made, own = factories.case(), factories.agency()
    made.procedure.agencies.add(own)
    in_use(made, 10_000)
    in_use(made, 2_000, agency=own, quantity_fact="pages", times_fact="copies")
    browser = Client()
    draft, step = begun(browser, made)
    send_form(browser, step, {"pages": "5", "copies": "2"})
    assert total(draft) == 20_000


def test_questions_that_change_while_a_draft_lies_are_asked_before_it_is_handed_in(case: ProcedureCase) -> None:
    general, _own = offices(case)
    browser = Client()
    draft, step = begun(browser, case)
    send_form(browser, step, {"agency": str(general.pk)})
    in_use(case, 2_000, agency=general, quantity_fact="copies")
    draft.refresh_from_db()
    checked = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/")
    assert checked.headers["Location"] == step
    assert 'name="copies"' in browser.get(step).content.decode()


@pytest.mark.parametrize("counted", ["quantity_fact", "times_fact"])
def test_the_engine_refuses_a_quantity_that_nobody_gave(case: ProcedureCase, counted: str) -> None:
    _general, own = offices(case)
    today = timezone.localdate()
    in_use(case, 2_000, agency=own, **{counted: "copies"})
    rules = rules_for(case, today, own)
    assert quote(rules, Facts(quantities={"copies": 1}), today).total == 2_000
    with pytest.raises(QuantityMissing) as raised:
        quote(rules, Facts(quantities={"pages": 1}), today)
    assert (raised.value.code, raised.value.quantity) == ("A", "copies")
    assert isinstance(raised.value, FeeUnknown), "whoever waits for an amount that cannot be told catches it"


def test_three_papers_of_different_length_are_entered_in_one_field() -> None:
    form = QuantitiesField()
    assert (form.clean("3"), form.clean("3, 1, 5")) == (3, [3, 1, 5])
    for wrong in ("ba", "3, 0", "10001"):
        with pytest.raises(ValidationError):
            form.clean(wrong)
