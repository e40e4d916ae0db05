"""What people type into the desk's box: codes as they read them, ends of phones, numbers of papers."""

from __future__ import annotations

from datetime import date

import pytest

from dossiers.desk.access import DeskStaff, staff_of
from dossiers.desk.scanner import lookup
from dossiers.models import Dossier
from tests.support import factories
from tests.support.desk import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 30)


def numbered(number: str, day: str = "261130", *, state: int = 1, **values: str) -> Dossier:
    """A dossier of the one agency, by its day and number."""
    first = Dossier.objects.first()
    made = factories.dossier(first.agency if first else factories.agency(identifier="H44.40"), state=state)
    made.code = f"H44.40-{day}-{number}"
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    return made


def staff() -> DeskStaff:
    return staff_of(factories.officer(Dossier.objects.earliest("pk").agency))


@pytest.mark.parametrize(
    "typed",
    [
        *("H44.40-261130-OO45", "h44.4o-26113o-0045", "H44.40-26ll30-0045", "H44.40-26I130-0045"),
        *("H44.40-261130-45", "h44.40 261130 45", "h44 40 261130 045", "H44.40/261130/45"),
        *("26113O-OO45", "261130-45", "0045", "OO45", "o45"),
    ],
)
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    dossier = numbered("0045")
    numbered("0145")
    assert lookup.one(staff(), typed, TODAY) == dossier


def test_letters_stay_letters_where_no_digit_stands_beside_them() -> None:
    dossier = numbered("0045", owner_name="Lò Loi Lo", owner_search_key="lo loi lo")
    assert list(lookup.many(staff(), "Loi Lo", TODAY)) == [dossier]


def test_a_bare_number_opens_nothing_where_another_day_has_it_too() -> None:
    today, yesterday = numbered("0010"), numbered("0010", "261129")
    numbered("0010", "261128", state=10)
    assert lookup.one(staff(), "0010", TODAY) is None
    assert list(lookup.many(staff(), "0010", TODAY).order_by("-code")) == [today, yesterday]
    Dossier.objects.filter(pk=yesterday.pk).update(state=10)
    assert lookup.one(staff(), "0010", TODAY) == today, "what is done and over is no choice"


def test_what_was_done_today_is_found_by_its_number_too() -> None:
    dossier = numbered("0010", state=10)
    assert lookup.one(staff(), "10", TODAY) == dossier


def test_the_end_of_a_phone_lists_whose_it_may_be() -> None:
    dossier = numbered("0001", owner_phone="+84912131415")
    numbered("0002", owner_phone="+84912131416")
    assert list(lookup.many(staff(), "131 415", TODAY)) == [dossier]
    assert not lookup.many(staff(), "31415", TODAY).exists(), "five digits are anybody's"
    elsewhere = staff_of(factories.officer(factories.agency()))
    assert not lookup.many(elsewhere, "131415", TODAY).exists()


@pytest.mark.parametrize(
    ("number", "typed"), [("131234567", "131 234 567"), ("025190000123", "025190000123"), ("C1234567", "c1234567")]
)
def test_the_whole_number_of_a_paper_opens_its_dossier(number: str, typed: str) -> None:
    dossier = numbered("0001", owner_identity_number=number)
    assert lookup.one(staff(), typed, TODAY) == dossier
    numbered("0002", owner_identity_number=number)
    assert lookup.one(staff(), typed, TODAY) is None
    assert lookup.many(staff(), typed, TODAY).count() == 2


def test_a_phone_with_one_dossier_opens_it() -> None:
    dossier = factories.dossier()
    answer = signed_in(dossier.agency).post("/quay/", {"q": "0912 345 678"})
    assert answer.headers["Location"] == f"/quay/{dossier.code}/"
    factories.dossier(dossier.agency)
    answer = signed_in(dossier.agency).post("/quay/", {"q": "0912 345 678"}, follow=True)
    assert len(answer.context["page"]) == 2
