"""What an officer does at the desk: release records, prints, cash, several at once, taking back, the second window."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Role
from dossiers.desk import worklists
from dossiers.desk.access import staff_of
from dossiers.desk.scanner import lookup
from dossiers.models import Dossier, HandOver
from payments.cash_desk import collect as cash_desk
from payments.models import Bill, Payment
from payments.states import PaymentState
from tests.support import factories
from tests.support.desk import RECEIVER, pdf_text, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_release_record_says_who_took_it_and_what_they_showed() -> None:
    dossier = factories.dossier(state=9, amount=0)
    client = signed_in(dossier.agency)
    client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER)
    record = HandOver.objects.get()
    assert (record.receiver_name, record.relation, record.identity_tail) == ("Lê Văn An", "family", "0123")
    page = client.get(f"/quay/{dossier.code}/").content.decode()
    assert "Lê Văn An (Người thân)" in page
    assert "tra-ket-qua" not in page


def test_what_the_officer_has_to_check_is_not_filled_in_for_them() -> None:
    dossier = factories.dossier(state=9, amount=0)
    client = signed_in(dossier.agency)
    form = client.get(f"/quay/{dossier.code}/").context["form"]
    assert "identity_tail" not in form.initial
    answer = client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER | {"identity_tail": ""}, follow=True)
    assert "Ghi 4 ký tự cuối" in answer.content.decode()
    assert answer.context["form"]["receiver_name"].value() == RECEIVER["receiver_name"], "who takes it is kept"
    for tail in ("0", "12", "ab!"):
        client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER | {"identity_tail": tail})
    assert not HandOver.objects.exists()
    by_slip = {"identity_shown": "slip", "identity_tail": "", "slip": dossier.slip_token}
    client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER | by_slip)
    assert HandOver.objects.exists()


def test_results_of_several_owners_are_recorded_with_the_relation_to_each() -> None:
    agency = factories.agency()
    names = ("Bùi Thị Dần", "Đinh Văn Bảy", "Bùi Thị Dần")
    ready = [factories.dossier(agency, state=9, amount=0) for _ in names]
    for dossier, name in zip(ready, names, strict=True):
        Dossier.objects.filter(pk=dossier.pk).update(owner_name=name, owner_search_key=name.lower())
    client = signed_in(agency)
    codes = [dossier.code for dossier in ready]
    form = client.get("/quay/tra-nhieu/", {"ma": codes}).context["form"]
    asked = {str(field.label): field.name for field in form if field.name.startswith("relation")}
    assert list(asked) == ["Người nhận là gì của Bùi Thị Dần", "Người nhận là gì của Đinh Văn Bảy"]
    assert not form.initial
    given = {"receiver_name": "Bùi Thị Dần", "identity_shown": "card", "identity_tail": "0123"}
    unsaid = client.post("/quay/tra-nhieu/", {"ma": codes, **given})
    assert unsaid.status_code == 422
    assert not HandOver.objects.exists()
    everybody = dict.fromkeys(asked.values(), "owner")
    assert client.post("/quay/tra-nhieu/", {"ma": codes, **given, **everybody}).status_code == 422
    relations = dict(zip(asked.values(), ("owner", "family"), strict=True))
    client.post("/quay/tra-nhieu/", {"ma": codes, **given, **relations})
    recorded = dict(HandOver.objects.values_list("dossier__code", "relation"))
    assert [recorded[code] for code in codes] == ["owner", "family", "owner"]


@pytest.mark.parametrize("address", ["/quay/", "/quay/nop-giup/"])
def test_the_second_window_is_empty_once_the_officer_has_left_the_dossier(address: str) -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    client.get(f"/quay/{dossier.code}/")
    client.get(address, headers={"Sec-Fetch-Mode": "cors"})
    assert "10.000" in client.get("/quay/man-hinh-phu/trang-thai/").content.decode(), "a list looked again by itself"
    client.get(address)
    assert "10.000" not in client.get("/quay/man-hinh-phu/trang-thai/").content.decode()


def test_several_results_go_to_one_person_and_the_unpaid_one_stays() -> None:
    agency = factories.agency()
    ready = [factories.dossier(agency, state=9, amount=0) for _ in range(2)]
    unpaid, foreign = factories.dossier(agency, state=9), factories.dossier(state=9, amount=0)
    client = signed_in(agency)
    codes = [dossier.code for dossier in (*ready, unpaid, foreign)]
    context = client.get("/quay/tra-nhieu/", {"ma": codes}).context
    assert (context["ready"], [refused_one for refused_one, _why in context["refused"]]) == (ready, [unpaid])
    answer = client.post("/quay/tra-nhieu/", {"ma": codes, **RECEIVER}, follow=True).content.decode()
    assert f"{unpaid.code}: Chưa nộp đủ phí" in answer
    assert set(HandOver.objects.values_list("dossier", flat=True)) == {dossier.pk for dossier in ready}
    assert HandOver.objects.values("batch").distinct().count() == 1
    slip = client.post(f"/quay/{ready[0].code}/in/", {"giay": "bien-nhan", "kho": "a5"})
    assert all(dossier.code in pdf_text(slip.content) for dossier in ready)


def test_a_step_is_taken_back_within_a_minute_by_who_made_it() -> None:
    dossier = factories.dossier()
    mine, other = signed_in(dossier.agency), signed_in(dossier.agency)
    mine.post(f"/quay/{dossier.code}/chuyen/")
    other.post(f"/quay/{dossier.code}/hoan-tac/")
    assert Dossier.objects.get().state == 2
    mine.post(f"/quay/{dossier.code}/hoan-tac/")
    fresh = Dossier.objects.get()
    assert (fresh.state, fresh.received_at) == (1, None)
    mine.post(f"/quay/{dossier.code}/hoan-tac/")
    assert Dossier.objects.get().state == 1
    assert [event.kind for event in fresh.events.all()] == ["state_changed", "step_undone"]


def test_a_step_from_a_page_that_is_old_moves_nothing() -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    seen = client.get(f"/quay/{dossier.code}/").context["dossier"].seen
    for _double_click in range(2):
        client.post(f"/quay/{dossier.code}/chuyen/", {"seen": seen})
    assert Dossier.objects.get().state == 2


def test_cash_at_the_desk_settles_and_says_what_to_give_back() -> None:
    dossier = factories.dossier(state=9, amount=10_000)
    client = signed_in(dossier.agency, Role.CASHIER, Role.RECEPTION_OFFICER)
    address, bill = f"/quay/{dossier.code}/thu-tien/", dossier.bills.get()
    cash = {"bill": bill.pk, "tender": "cash", "received": "50000"}
    assert "Ca này đã đóng" in client.post(address, cash, follow=True).content.decode()
    user = client.get("/quay/").context["user"]
    cash_desk.open_shift(user, dossier.agency, opening_amount=0)
    assert client.post(address, {**cash, "received": "9000"}).status_code == 422
    assert client.post(address, {**cash, "tender": "pos"}).status_code == 422
    shown = client.post(address, cash)
    assert shown.status_code == 200
    assert "40.000" in shown.content.decode() and "Tiền đã ở trong tay: ghi" in shown.content.decode()
    assert not Payment.objects.exists(), "nothing is booked before the figures were seen"
    confirmed = dict(re.findall(r'name="(\w+)" value="([^"]+)"', shown.content.decode()))
    assert confirmed["received"] == "50000"
    assert "Trả lại khách 40.000" in client.post(address, confirmed, follow=True).content.decode()
    assert client.post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER, follow=True).status_code == 200
    assert Dossier.objects.get().state == 10
    assert client.post(address, {**cash, "bill": factories.bill().pk}).status_code == 404


def test_an_online_payment_in_doubt_stops_the_cashier_once() -> None:
    dossier = factories.dossier(amount=10_000)
    factories.payment(of=dossier.bills.get(), returned_at=timezone.now())
    client = signed_in(dossier.agency, Role.CASHIER)
    cash_desk.open_shift(client.get("/quay/").context["user"], dossier.agency, opening_amount=0)
    address, cash = f"/quay/{dossier.code}/thu-tien/", {"tender": "cash", "received": "10000"}
    assert "đang kiểm tra: chưa thu lại" in client.get(f"/quay/{dossier.code}/").content.decode()
    answer = client.post(address, {**cash, "bill": dossier.bills.get().pk})
    assert answer.status_code == 409
    safe, risky = (answer.content.decode().index(words) for words in ("Chưa thu, quay lại hồ sơ", "Vẫn thu"))
    assert safe < risky, "the safe way comes first"
    assert not Payment.objects.filter(gateway="counter").exists()
    confirmed = dict(re.findall(r'name="(bill|despite_open)" value="([^"]+)"', answer.content.decode()))
    assert client.post(address, {**cash, **confirmed}).status_code == 302
    assert Bill.objects.get().state == "paid"


def test_who_only_reads_or_only_cashes_moves_nothing() -> None:
    dossier = factories.dossier(state=9, amount=0)
    for role, refused in ((Role.AUDITOR, 403), (Role.ACCOUNTANT, 403), (Role.CASHIER, 403)):
        client = signed_in(dossier.agency, role)
        assert client.get(f"/quay/{dossier.code}/").status_code == 200
        for verb in ("tra-ket-qua/", "chuyen/", "hoan-tac/"):
            assert client.post(f"/quay/{dossier.code}/{verb}", RECEIVER).status_code == refused
    assert signed_in(dossier.agency, Role.AUDITOR).post(f"/quay/{dossier.code}/hoi-ngan-hang/").status_code == 403
    assert signed_in(dossier.agency, Role.RECEPTION_OFFICER).post(f"/quay/{dossier.code}/thu-tien/").status_code == 403


def test_the_second_window_follows_the_desk_and_names_nobody_whole() -> None:
    dossier, other = factories.dossier(), factories.dossier()
    client = signed_in(dossier.agency)
    assert "10.000" not in client.get("/quay/man-hinh-phu/").content.decode()
    client.get(f"/quay/{dossier.code}/")
    shown = client.get("/quay/man-hinh-phu/trang-thai/").content.decode()
    assert "10.000" in shown
    assert "<svg" in shown
    assert dossier.code in shown and "N… T… Bình" in shown, "who stands there sees whose bill it is"
    assert not any(secret in shown for secret in (dossier.owner_name, dossier.owner_phone))
    client.get(f"/quay/{other.code}/")  # a 404: the window keeps what it showed
    assert "10.000" in client.get("/quay/man-hinh-phu/trang-thai/").content.decode()
    release_me = factories.dossier(dossier.agency, state=9, amount=0)
    client.post("/quay/tra-nhieu/", {"ma": release_me.code, **RECEIVER})
    assert "10.000" not in client.get("/quay/man-hinh-phu/trang-thai/").content.decode()


def test_the_state_asks_for_the_whole_page_only_when_something_changed() -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    version = client.get(f"/quay/{dossier.code}/").context["version"]
    address = f"/quay/{dossier.code}/trang-thai/"
    assert b"data-reload" not in client.get(address, {"da-thay": version}).content
    Dossier.objects.update(state=2)
    assert b"data-reload" in client.get(address, {"da-thay": version}).content


@pytest.mark.parametrize(
    "typed", ["{code}", "{lower}", " {spaced} ", "{dotless}", "https://x/giay-hen/{token}/", "{n}"]
)
def test_a_code_opens_its_dossier_however_it_is_typed(typed: str) -> None:
    agency = factories.agency()
    dossier = factories.dossier(agency)
    today = timezone.localdate()
    dossier.code = f"{agency.identifier}-{today:%y%m%d}-0007"
    dossier.save()
    spaced = dossier.code.replace("-", " ").replace(".", " ")
    text = typed.format(
        code=dossier.code,
        lower=dossier.code.lower(),
        spaced=spaced,
        dotless=spaced.replace(" ", ""),
        token=dossier.slip_token,
        n="7",
    )
    answer = signed_in(agency).post("/quay/", {"q": text})
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"/quay/{dossier.code}/")
    elsewhere = signed_in(factories.agency()).post("/quay/", {"q": text}, follow=True)
    assert (elsewhere.status_code, list(elsewhere.context["page"])) == (200, [])


@pytest.mark.parametrize("typed", ["\x01", "%", "_", "a", "12345", "9" * 199, "'; --", "📷", "-1", "²"])
def test_odd_things_in_the_box_are_answered_kindly(typed: str) -> None:
    client = signed_in(factories.agency())
    assert client.get("/quay/", {"q": typed, "page": "x", "viec": typed, "xep": typed}).status_code == 200
    assert client.post("/quay/", {"q": typed}, follow=True).status_code == 200
    assert client.get("/quay/", {"tim": typed}).status_code == 200


def test_words_of_a_name_are_found_in_any_order() -> None:
    dossier = factories.dossier()
    staff = staff_of(factories.officer(dossier.agency))
    assert list(lookup.many(staff, "binh nguyễn", timezone.localdate())) == [dossier]
    assert not lookup.many(staff, "ng th", timezone.localdate()).exists()
    assert not lookup.many(staff, "binh tran", timezone.localdate()).exists()


def test_paid_and_ready_comes_first_then_what_is_stuck() -> None:
    agency = factories.agency()
    new, unpaid, stuck = factories.dossier(agency), factories.dossier(agency, state=9), factories.dossier(agency)
    ready = factories.dossier(agency, state=9, amount=0)
    factories.payment(of=stuck.bills.get(), state=PaymentState.UNKNOWN)
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=31))
    now = timezone.now()
    mine = Dossier.objects.of_agencies([agency.pk])
    assert list(worklists.worklist(mine, now)) == [ready, stuck, new, unpaid]
    for view, wanted in (("san-sang", [ready]), ("ket", [stuck]), ("tiep-nhan", [stuck, new]), ("xu-ly", [])):
        assert set(worklists.worklist(mine, now, view=view)) == set(wanted)
    rows = {row.dossier: row for row in (worklists.row_of(dossier, now) for dossier in mine.with_bills())}
    assert rows[ready].is_ready
    assert str(rows[stuck].waits_for) == "Ngân hàng"
    assert str(rows[unpaid].waits_for) == "Công dân"
    page = signed_in(agency).get("/quay/").content.decode()
    assert "VNPT-Pay chưa trả lời rõ đã 31 phút" in page
