"""What must be once is said in words wherever somebody may write it twice.

A form of the administration that has only some of a constraint's fields is held to it; a form of our own knows of no
constraint, and two people at once pass any form: what the database refuses then is a page, not a 500.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BaseConstraint, CheckConstraint, F, Model, Q, UniqueConstraint
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, Membership, Role, User
from core.database.duplicates import words_of
from core.database.whole_row import WholeRow
from procedures.models import CalendarDay, FeeRule, FeeSchedule
from tests.support import factories
from tests.support.concurrency import in_a_thread
from tests.support.running import wait_until, waiting_for_locks
from tests.support.schedules import schedule
from tests.support.sending_forms import send_form
from tests.support.signing_in import browser_of

#: Constraint → why a form need not be held to it.
NOT_OF_A_FORM = {
    "schedule_version_once": "the page numbers a new version itself",
    "webhook_event_once_per_endpoint": "nobody edits a delivery",
}
#: Constraint that counts for some rows only → who writes such rows: no person, so nobody needs its words.
OF_MACHINES = {
    "money_booked_once": "the ledger, once for each movement of money",
    "outage_one_under_way": "the circuit breaker",
    "payment_one_applied_per_bill": "settlement, with the bill locked",
    "payment_one_open_per_gateway": "the checkout leads to the attempt there is",
    "pause_one_open": "the clock, with the dossier locked",
    "statement_file_once": "the same file leads to the statement there is",
    "statement_transaction_once": "a file is refused by the line that repeats",
    "webhook_url_once_per_client": "a connected system, which is told the endpoint it has",
}


def fields_of(constraint: BaseConstraint) -> set[str]:
    """Return the fields that a constraint compares or stands on."""
    parts: list[Any] = [getattr(constraint, "condition", None)]
    if isinstance(constraint, UniqueConstraint):
        parts += [*constraint.fields, *constraint.expressions]
    elif isinstance(constraint, ExclusionConstraint):
        parts += [expression for expression, _operator in constraint.expressions]
    else:
        assert isinstance(constraint, CheckConstraint), "another kind of constraint: say here what it reads"
    return {name for part in parts if part is not None for name in _names(part)}


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part.split("__")[0]
    elif isinstance(part, Q):
        for child in part.children:
            yield from _names(child[0] if isinstance(child, tuple) else child)
            if isinstance(child, tuple) and hasattr(child[1], "resolve_expression"):
                yield from _names(child[1])
    elif isinstance(part, F):
        yield part.name.split("__")[0]  # type: ignore[attr-defined]  # the stubs do not know it
    else:
        for inner in part.get_source_expressions():
            yield from _names(inner)


def forms_of_the_administration(user: User) -> Iterator[tuple[type[Model], set[str]]]:
    """Yield every model that somebody may change in the administration with the fields of its form."""
    request = RequestFactory().get("/")
    request.user = user
    for model, page in admin.site._registry.items():
        if page.has_change_permission(request):
            yield model, set(page.get_form(request).base_fields)
            for inline in page.get_inline_instances(request):
                yield inline.model, set(inline.get_formset(request).form.base_fields)


@pytest.mark.django_db
def test_a_constraint_over_fields_the_form_lacks_is_checked_with_the_rows_own() -> None:
    user = factories.officer(factories.agency(), Role.PROVINCE_ADMIN)
    half_seen = {
        constraint.name: model
        for model, fields in forms_of_the_administration(user)
        for constraint in model._meta.constraints
        if (of := fields_of(constraint)) & fields and of - fields
    }
    assert {"schedule_active_once_a_day", "membership_once_at_a_time"} <= set(half_seen), "the control"
    skipped = {name for name, model in half_seen.items() if not issubclass(model, WholeRow)}
    assert sorted(skipped - set(NOT_OF_A_FORM)) == []


@pytest.mark.django_db
def test_a_condition_over_a_field_that_a_form_lacks_is_resolved() -> None:
    wrong = []
    for model in admin.site._registry:
        for field in model._meta.fields:
            try:
                model().full_clean(exclude={field.name}, validate_unique=False)
            except ValidationError:
                pass  # an empty row breaks some of its rules
            except Exception as error:
                wrong.append(f"{model._meta.label} without {field.name}: {error!r}")
    assert wrong == []


def constraints_of_ours() -> Iterator[tuple[type[Model], UniqueConstraint | ExclusionConstraint]]:
    """Yield what the database lets be once, of every model of ours, with or without a form."""
    for model in apps.get_models():
        if not model.__module__.startswith(("django.", "allauth.")):
            yield from (
                (model, each)
                for each in model._meta.constraints
                if isinstance(each, UniqueConstraint | ExclusionConstraint)
            )


def test_what_must_be_once_has_words_for_who_writes_it_twice() -> None:
    """Django has words for plain fields; for a condition or a time it only names the constraint."""
    named = {
        each.name: words_of(model._meta.db_table, each.name)
        for model, each in constraints_of_ours()
        if isinstance(each, ExclusionConstraint) or each.condition is not None
    }
    assert {"pos_reference_once", "membership_once_at_a_time", "money_booked_once"} <= set(named), "the control"
    wordless = {name for name, words in named.items() if words.startswith("Đã có ") and words.endswith(" như vậy.")}
    assert sorted(wordless) == sorted(OF_MACHINES)


@pytest.mark.django_db(transaction=True)
def test_who_was_second_reads_what_is_there_already() -> None:
    """The form finds nothing wrong: the row of the other is not committed yet when it looks."""
    browser = browser_of(factories.officer(factories.agency(), Role.PROVINCE_ADMIN))
    address, day = reverse("admin:procedures_calendarday_add"), {"date": "24/11/2026", "kind": "off", "note": "của tôi"}
    with ThreadPoolExecutor(2) as threads, transaction.atomic():
        CalendarDay.objects.create(date=date(2026, 11, 24), kind="off", note="của người khác")
        answer = in_a_thread(threads, lambda: send_form(browser, address, day))
        # Beside the transaction: within it PostgreSQL shows the sessions as they were at the first look.
        in_a_thread(threads, lambda: wait_until(waiting_for_locks, "the form waits for the row")).result()
    page = answer.result(timeout=30)
    assert page.status_code == 409
    assert "Đã có ngày nghỉ, làm bù như vậy" in page.content.decode()
    assert CalendarDay.objects.get().note == "của người khác"


def a_price(**values: str) -> dict[str, str]:
    """The fields of a line for everybody, as the page of a schedule names them."""
    row = {"code": "B", "case": "", "name": "Lệ phí", "kind": "le_phi", "price": "2000", "refund_policy": "manual"}
    row |= dict.fromkeys(("channel", "applicant", "area", "timing"), "any")
    return row | {"free_quantity": "0", "tiers": "[]", "position": "1"} | values


def a_role(agency: Agency, first_day: str, **values: str) -> dict[str, str]:
    """The fields of a cashier's role without an end, as the page of a person names them."""
    row = {"role": Role.CASHIER.value, "agency": str(agency.pk), "valid_during_0": first_day, "valid_during_1": ""}
    return row | values


@pytest.fixture
def province() -> Client:
    """The browser of an administrator of the province."""
    return browser_of(factories.officer(factories.agency(), Role.PROVINCE_ADMIN))


@pytest.fixture
def draft() -> FeeSchedule:
    """A draft with one price, A, of one case."""
    return schedule(factories.case(), 10_000, timezone.localdate())


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [[{"code": "A"}], [{}, {}]], ids=["beside the one there is", "typed twice"])
def test_a_price_that_a_schedule_has_already_is_refused_by_name(
    rows: list[dict[str, str]], draft: FeeSchedule, province: Client
) -> None:
    FeeRule.objects.update(case=None)
    answer = send_form(province, page_of(draft), added={"rules": [a_price(**row) for row in rows]})
    assert answer.status_code == 200
    assert "Khoản này đã có mức" in answer.content.decode()
    assert draft.rules.count() == 1


@pytest.mark.django_db
def test_two_prices_of_different_channels_are_saved(draft: FeeSchedule, province: Client) -> None:
    prices = [a_price(channel="online"), a_price(channel="counter")]
    assert send_form(province, page_of(draft), added={"rules": prices}).redirect_chain
    assert draft.rules.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("days", [("01/01/2026", "01/06/2026"), ("01/01/2031",)], ids=["typed twice", "held already"])
def test_a_role_twice_at_one_time_is_refused_by_name(days: tuple[str, ...], province: Client) -> None:
    agency = factories.agency()
    held = Membership.objects.get(user=factories.officer(agency, Role.CASHIER))
    Membership.objects.update_or_create(pk=held.pk, defaults={"valid_during": DateRange(date(2030, 1, 1), None)})
    roles = [a_role(agency, day, valid_during_1="01/01/2027" if len(days) > 1 else "") for day in days]
    answer = send_form(province, page_of(held.user), added={"memberships": roles})
    assert answer.status_code == 200
    assert "đã có vai trò đó" in answer.content.decode()
    assert Membership.objects.filter(user=held.user).count() == 1


@pytest.mark.django_db
def test_a_role_before_the_one_held_is_granted(province: Client) -> None:
    agency = factories.agency()
    held = Membership.objects.get(user=factories.officer(agency, Role.CASHIER))
    Membership.objects.filter(pk=held.pk).update(valid_during=DateRange(date(2030, 1, 1), None))
    roles = [
        a_role(agency, "01/01/2026", valid_during_1="01/01/2027"),
        a_role(agency, "01/01/2027", valid_during_1="01/01/2028"),
    ]
    assert send_form(province, page_of(held.user), added={"memberships": roles}).redirect_chain
    assert Membership.objects.filter(user=held.user).count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written", ["5", "{}", '[{"price": 2000}]', '[{"up_to": 3, "price": 1}, {"up_to": 2, "price": 1}]']
)
def test_what_cannot_be_tiers_is_refused_by_name(written: str, draft: FeeSchedule, province: Client) -> None:
    answer = send_form(province, page_of(draft), {"rules-0-tiers": written})
    assert answer.status_code == 200
    assert "Bậc sau phải cao hơn bậc trước" in answer.content.decode()


@pytest.mark.django_db
def test_no_tiers_are_written_as_nothing(draft: FeeSchedule, province: Client) -> None:
    assert send_form(province, page_of(draft), {"rules-0-tiers": ""}).redirect_chain
    assert draft.rules.get().tiers == []
