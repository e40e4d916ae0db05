"""Who takes a result is held against the file: name and number, with one dossier and with several."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Agency, AuditEntry
from dossiers.errors import NotReleasable
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, HandOver
from tests.support import factories
from tests.support.desk import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

OWNER, NUMBER = "Lê Thị Chi", "025190000101"
AS_OWNER = {"relation": "owner", "identity_shown": "card", "identity_tail": "0101"}
REASON = "Căn cước mới, số cũ là CMND 131234567"


def _ready(agency: Agency | None = None, number: str = NUMBER) -> Dossier:
    dossier = factories.dossier(agency, state=9, amount=0)
    dossier.owner_name, dossier.owner_search_key, dossier.owner_identity_number = OWNER, "le thi chi", number
    dossier.save()
    return dossier


def _give(dossier: Dossier, **given: Any) -> Any:
    return signed_in(dossier.agency).post(f"/quay/{dossier.code}/tra-ket-qua/", {**AS_OWNER, **given})


def test_the_owner_has_their_own_name_and_the_number_on_file() -> None:
    dossier = _ready()
    page = signed_in(dossier.agency).get(f"/quay/{dossier.code}/")
    assert not page.context["form"]["receiver_name"].value(), "who stands there is not filled in"
    assert "02519000••••" in page.content.decode() and NUMBER not in page.content.decode()
    refused = _give(dossier, identity_tail="9999")
    assert refused.status_code == 422
    assert "9999 không phải 4 ký tự cuối giấy tờ của Lê Thị Chi" in refused.content.decode()
    assert "identity_note" in refused.content.decode()
    assert not HandOver.objects.exists()
    _give(dossier)
    given = HandOver.objects.get()
    assert (given.receiver_name, given.identity_note) == (OWNER, "")


@pytest.mark.parametrize("typed", ["le thi chi", "LÊ THỊ CHI", ""])
def test_the_owners_name_is_compared_as_people_type_it(typed: str) -> None:
    _give(_ready(), receiver_name=typed)
    assert HandOver.objects.count() == 1


def test_another_number_of_the_owner_needs_a_reason_that_is_kept() -> None:
    dossier = _ready()
    assert _give(dossier, identity_tail="9999", identity_note="ok").status_code == 422
    assert not HandOver.objects.exists()
    _give(dossier, identity_tail="9999", identity_note=REASON)
    assert HandOver.objects.get().identity_note == REASON
    assert AuditEntry.objects.get(action="hand_over").detail["why_another_paper"] == REASON


def test_a_reason_that_explains_nothing_is_not_kept() -> None:
    _give(_ready(), identity_note=REASON)
    assert HandOver.objects.get().identity_note == ""


@pytest.mark.parametrize(
    ("relation", "name", "field"),
    [
        ("owner", "Nguyễn Văn Khác", "receiver_name"),
        ("family", "le thi chi", "receiver_name"),
        ("authorised", OWNER, "receiver_name"),
        ("family", "", "receiver_name"),
        ("organisation", OWNER, "identity_tail"),
    ],
)
def test_nobody_is_the_owner_under_another_name_or_another_under_the_owners(
    relation: str, name: str, field: str
) -> None:
    letter = {"letter_number": "1", "letter_date": "2026-11-02"} if relation == "authorised" else {}
    answer = _give(_ready(), relation=relation, receiver_name=name, identity_tail="9999", **letter)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not HandOver.objects.exists()


def test_no_reason_makes_a_stranger_the_owner() -> None:
    assert _give(_ready(), receiver_name="Nguyễn Văn Khác", identity_note=REASON).status_code == 422


def test_a_relative_of_the_same_name_is_told_apart_in_writing() -> None:
    dossier = _ready()
    _give(dossier, relation="family", receiver_name=OWNER, identity_tail="9999", identity_note="Cháu gái trùng tên")
    assert HandOver.objects.get().identity_note == "Cháu gái trùng tên"


@pytest.mark.parametrize("shown", ["card", "vneid", "passport", "resident", "origin"])
def test_every_paper_with_a_number_is_compared(shown: str) -> None:
    dossier = _ready(number="C01X00T47")
    for tail in ("", "9999"):
        assert _give(dossier, identity_shown=shown, identity_tail=tail).status_code == 422, tail
    _give(dossier, identity_shown=shown, identity_tail="0t47")
    assert HandOver.objects.count() == 1


def test_a_dossier_without_a_number_has_nothing_to_compare() -> None:
    _give(_ready(number=""), identity_tail="9999")
    assert HandOver.objects.count() == 1


def test_several_results_of_one_owner_are_held_against_the_file_too() -> None:
    agency = factories.agency()
    codes = [_ready(agency).code for _ in range(2)]
    client = signed_in(agency)
    wrong: list[dict[str, str]] = [{"identity_tail": "9999"}, {"receiver_name": "Nguyễn Văn Khác"}]
    for given in wrong:
        answer = client.post("/quay/tra-nhieu/", {"ma": codes, **AS_OWNER, **given})
        assert answer.status_code == 422
    assert not HandOver.objects.exists()
    client.post("/quay/tra-nhieu/", {"ma": codes, **AS_OWNER})
    assert HandOver.objects.count() == 2


def test_several_owners_each_have_their_own_number() -> None:
    agency = factories.agency()
    chi, namesake = _ready(agency), _ready(agency, "025190000202")
    both = {"ma": [chi.code, namesake.code], "receiver_name": OWNER, "identity_shown": "card", "identity_tail": "0101"}
    client = signed_in(agency)
    answer = client.post("/quay/tra-nhieu/", both | {"relation_0": "owner", "relation_1": "owner"})
    assert answer.status_code == 422
    assert "identity_note" in answer.content.decode()
    assert not HandOver.objects.exists()


def test_a_browser_lets_through_what_has_no_number() -> None:
    dossier = _ready()
    client = signed_in(dossier.agency)
    for page in (f"/quay/{dossier.code}/", f"/quay/tra-nhieu/?ma={dossier.code}"):
        assert "novalidate" in client.get(page).content.decode(), "a slip has no last four characters to ask for"
    _give(dossier, identity_shown="slip", identity_tail="")
    assert HandOver.objects.count() == 1


@pytest.mark.parametrize("name", ["X", "Nguyễn A", "Trần Văn B.", "x", "12"])
def test_what_stands_for_a_name_is_none(name: str) -> None:
    answer = _give(_ready(), relation="family", receiver_name=name, identity_tail="9999")
    assert "receiver_name" in answer.context["form"].errors
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("name", ["Y Ê", "Nguyễn Thị Ý", "Lò Thị O"])
def test_a_short_name_is_a_name(name: str) -> None:
    _give(_ready(), relation="family", receiver_name=name, identity_tail="9999")
    assert HandOver.objects.get().receiver_name == name


def test_who_is_authorised_has_a_letter_with_number_and_day() -> None:
    dossier = _ready()
    other = {"relation": "authorised", "receiver_name": "Bùi Văn Dần", "identity_tail": "9999"}
    for letter in ({}, {"letter_number": "12/CC"}, {"letter_number": "12/CC", "letter_date": "2999-01-01"}):
        assert "letter_date" in _give(dossier, **other, **letter).context["form"].errors
    assert "letter_number" in _give(dossier, **other, letter_date="2026-11-02").context["form"].errors
    assert not HandOver.objects.exists()
    _give(dossier, **other, letter_number="12/CC", letter_date="2026-11-02")
    assert HandOver.objects.get().letter == "12/CC, 02/11/2026"
    assert AuditEntry.objects.get(action="hand_over").detail["letter"] == "12/CC, 02/11/2026"
    assert "12/CC, 02/11/2026" in signed_in(dossier.agency).get(f"/quay/{dossier.code}/").content.decode()


def test_a_relative_with_the_slip_alone_has_it_in_hand() -> None:
    dossier = _ready()
    Dossier.objects.filter(pk=dossier.pk).update(pin="4711")
    relative = {"relation": "family", "receiver_name": "Bùi Văn Dần", "identity_shown": "slip", "identity_tail": ""}
    for slip in ("", dossier.code, "4712", _ready(dossier.agency).slip_token):
        assert "slip" in _give(dossier, **relative, slip=slip, identity_note=REASON).context["form"].errors, slip
    assert not HandOver.objects.exists()
    for slip in (f"http://portal.test/giay-hen/{dossier.slip_token}/", "4711"):
        assert _give(dossier, **relative, slip=slip).status_code == 302
        HandOver.objects.all().delete()
        Dossier.objects.filter(pk=dossier.pk).update(state=9)


def test_results_of_several_owners_need_the_slip_of_each() -> None:
    agency = factories.agency()
    one, other = _ready(agency), _ready(agency, "025190000202")
    given = {"ma": [one.code, other.code], "receiver_name": "Bùi Văn Dần", "identity_shown": "slip"}
    given |= {"relation_0": "family", "relation_1": "family"}
    client = signed_in(agency)
    refused = client.post("/quay/tra-nhieu/", given | {"slip": one.slip_token})
    assert other.code in str(refused.context["form"].errors["slip"])
    assert one.code not in str(refused.context["form"].errors["slip"])
    client.post("/quay/tra-nhieu/", given | {"slip": f"{one.slip_token} {other.slip_token}"})
    assert HandOver.objects.count() == 2


def test_the_number_of_the_owner_is_no_hint_for_who_comes_in_their_place() -> None:
    refused = _give(_ready(), relation="family", receiver_name="", identity_tail="9999")
    form = refused.content.decode().split('class="card no-print receiver"')[1].split("</form>")[0]
    assert "02519000" not in form


def test_the_hand_over_itself_refuses_what_no_form_asked() -> None:
    dossier, officer = _ready(), factories.officer(factories.agency())
    for name, tail, why in ((OWNER, "9999", "other_number"), ("Người Khác", "0101", "not_the_owner")):
        with pytest.raises(NotReleasable, match=why):
            release(dossier, officer=officer, receiver=Receiver(name, "owner", "card", tail))
    for relation, shown, why in (("authorised", "card", "no_letter"), ("family", "slip", "no_slip")):
        with pytest.raises(NotReleasable, match=why):
            release(dossier, officer=officer, receiver=Receiver("Người Khác", relation, shown, "9999"))
    with pytest.raises(NotReleasable, match="owners_name"):
        release(dossier, officer=officer, receiver=Receiver(OWNER, "family", "card", "9999"))
