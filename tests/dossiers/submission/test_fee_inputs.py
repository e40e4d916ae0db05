"""A form asks what the fee of the chosen office depends on, and nothing is priced by a number nobody gave."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Agency
from dossiers.fees import assessment
from dossiers.fees.explanation import reasons_for
from dossiers.models import Dossier, Draft
from dossiers.submission import drafts
from procedures.fees import Facts, FeeUnknown, QuantityMissing, quote
from procedures.models import Exemption, FeeSchedule, ProcedureCase, ScheduleState
from procedures.schedules.load import rules_for
from tests.support import factories
from tests.support.schedules import schedule
from tests.support.sending_forms import send_form

pytestmark = pytest.mark.django_db
TIERS = [{"up_to": 2, "price": 2_000}, {"up_to": None, "price": 1_000}]
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


@pytest.fixture
def certified() -> ProcedureCase:
    """Certified copies at one office, by pages and copies of each paper."""
    made = factories.case()
    made.procedure.agencies.add(factories.agency())
    in_use(made, 2_000, quantity_fact="pages", times_fact="copies", tiers=TIERS)
    return made


def test_each_paper_is_told_in_a_row_of_its_own_and_so_it_is_priced_and_explained(certified: ProcedureCase) -> None:
    browser = Client()
    draft, step = begun(browser, certified)
    first = browser.get(step).content.decode()
    assert 'id="id_pages"' in first and 'id="id_copies_2"' in first, "without a script there are rows to spare"
    agency, asked = certified.procedure.agencies.get(), "pages copies"
    data = {"agency": agency.pk, "fee_questions": asked, "pages": ["4", "1", "", ""], "copies": ["3", "1", "", ""]}
    assert browser.post(step, data).status_code == 302
    assert total(draft) == 20_000
    back = browser.get(step).content.decode()
    assert 'value="4"' in back and 'id="id_pages_2"' in back
    review = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode().replace("\u00a0", " ")
    assert "4 trang × 3 bản; 1 trang × 1 bản" in review
    assert "2 giấy tờ (4 trang: 6.000 đ × 3 bản; 1 trang: 2.000 đ × 1 bản)" in review
    browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    dossier = Dossier.objects.get()
    assert dossier.facts["quantities"] == {"pages": [4, 1], "copies": [3, 1]}
    (reason,) = reasons_for(list(dossier.bills.all()), dossier)
    assert reason.inputs[:2] == ("Giấy tờ 1: 4 trang × 3 bản", "Giấy tờ 2: 1 trang × 1 bản")
    assert assessment.quote_of(dossier).total == 20_000


def test_a_row_that_is_half_filled_in_is_an_error_at_its_field(certified: ProcedureCase) -> None:
    browser = Client()
    _draft, step = begun(browser, certified)
    agency, asked = certified.procedure.agencies.get(), "pages copies"
    data = {"agency": agency.pk, "fee_questions": asked, "pages": ["4", "hai"], "copies": ["3", ""]}
    answer = browser.post(step, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Số trang: Giấy tờ 2: Không đọc được “hai”" in page and "Số bản: Giấy tờ 2: Hãy điền số." in page
    assert 'aria-describedby="id_copies_2_error"' in page and 'value="hai"' in page


def test_what_was_counted_on_the_procedure_s_page_is_there_already(certified: ProcedureCase) -> None:
    browser = Client()
    query = f"?case={certified.slug}&pages=4&copies=3&pages=1&copies=1&pages=&copies="
    answer = browser.post(f"/nop-ho-so/{certified.slug}/{query}", PERSON)
    page = browser.get(answer.headers["Location"]).content.decode()
    assert re.findall(r'name="(pages|copies)"\s+value="(\d+)"', page) == [
        ("pages", "4"),
        ("copies", "3"),
        ("pages", "1"),
        ("copies", "1"),
    ]
