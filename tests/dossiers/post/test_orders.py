"""The result by post: address, postage as a line of its own, given to the post only when paid, arrived or back."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, Role, User
from dossiers.errors import NotPostable, NotReleasable
from dossiers.fees import assessment
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, PostageRate, PostalOrder, PostalState, Relation
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.post import orders as postal_orders
from dossiers.states import DossierState
from payments.models import Receipt
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.postal import FORM, HERE, case, pay, submitted
from tests.support.signing_in import browser_of
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)
POSTED = Receiver("Nguyễn Thị Bình", relation=Relation.POST, tracking_number="EA123456789VN")


def finished(dossier: Dossier) -> Dossier:
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.FINISHED)
    dossier.refresh_from_db()
    return dossier


def test_postage_is_a_line_of_its_own_and_no_receipt_of_a_fee(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    bill = dossier.bills.get()
    assert [(line.kind, line.amount) for line in bill.lines.all()] == [("le_phi", 10_000), ("postage", 30_000)]
    assert bill.amount == 40_000
    pay(bill)
    receipts = {receipt.kind: receipt for receipt in Receipt.objects.filter(bill=bill).select_related("series")}
    assert {kind: receipt.amount for kind, receipt in receipts.items()} == {"le_phi": 10_000, "postage": 30_000}
    assert receipts["postage"].series.template == "PTH-BCCI" and receipts["postage"].full_number.startswith("CP-")
    assert receipts["postage"].title == "Phiếu thu hộ cước bưu chính"
    page = Client().get(f"/bien-lai/{receipts['postage'].token}/").content.decode()
    assert "Phiếu thu hộ cước bưu chính" in page and "Biên lai thu" not in page
    assert ledger_check.check() == []


def test_another_province_costs_more_and_the_price_is_that_of_the_day(agency: Agency) -> None:
    far = postal_orders.Address("Trần Văn An", "+84987654321", "Số 1", "Phường Ba Đình", "Hà Nội")
    assert submitted(agency, 10_000, far).bills.get().amount == 55_000
    today = timezone.localdate()
    PostageRate.objects.filter(zone="province").update(valid_during=DateRange(date(2020, 1, 1), today))
    PostageRate.objects.create(zone="province", amount=35_000, valid_during=DateRange(today, None), source="mới")
    assert submitted(agency, 10_000).bills.get().amount == 45_000


def test_where_no_tariff_is_in_force_the_postman_is_paid(agency: Agency) -> None:
    PostageRate.objects.all().delete()
    dossier = submitted(agency, 10_000)
    assert dossier.bills.get().amount == 10_000 and PostalOrder.objects.get().bill is None


def test_a_procedure_that_costs_nothing_has_a_bill_for_postage_alone(agency: Agency) -> None:
    dossier = submitted(agency, 0)
    assert [(bill.amount, bill.state) for bill in dossier.bills.all()] == [(30_000, BillState.OPEN)]
    assert not dossier.is_settled


def test_handed_to_the_post_only_when_fee_and_postage_are_paid(agency: Agency) -> None:
    officer = factories.officer(agency)
    dossier = finished(submitted(agency, 10_000))
    with pytest.raises(NotReleasable):
        release(dossier, officer=officer, receiver=POSTED)
    assert PostalOrder.objects.get().state == PostalState.ORDERED
    pay(dossier.bills.get())
    release(dossier, officer=officer, receiver=POSTED)
    assert PostalOrder.objects.get().state == PostalState.POSTED
    texts = [message.text for message in dossier.messages.filter(kind="posted")]
    assert len(texts) == 1 and "EA123456789VN" in texts[0]


def test_the_post_delivers_once_or_brings_it_back_to_the_desk(agency: Agency) -> None:
    officer = factories.officer(agency)
    dossier = finished(submitted(agency, 10_000))
    pay(dossier.bills.get())
    release(dossier, officer=officer, receiver=POSTED)
    answers = at_once(
        3, lambda _: postal_orders.came_back(Dossier.objects.get(pk=dossier.pk), officer=officer, reason="vắng")
    )
    assert sorted(isinstance(answer, NotPostable) for answer in answers) == [False, True, True]
    dossier.refresh_from_db()
    assert (dossier.state, dossier.returned_at) == (DossierState.FINISHED, None)
    assert dossier.messages.filter(kind="came_back").count() == 1
    assert dossier.taken_back.get().hand_over["tracking_number"] == "EA123456789VN"
    release(dossier, officer=officer, receiver=POSTED)  # sent again
    postal_orders.delivered(dossier, officer=officer)
    assert PostalOrder.objects.get().state == PostalState.DELIVERED
    with pytest.raises(NotPostable):
        postal_orders.came_back(dossier, officer=officer, reason="muộn")


def test_the_desk_notes_what_the_post_says(agency: Agency) -> None:
    officer = factories.officer(agency)
    browser = browser_of(officer)
    dossier = finished(submitted(agency, 10_000))
    pay(dossier.bills.get())
    page = browser.get(f"/quay/{dossier.code}/").content.decode()
    assert "Thôn 2, Xã Hy Cương, Phú Thọ" in page
    given = {"receiver_name": "Nguyễn Thị Bình", "relation": "post", "identity_shown": "card"}
    browser.post(f"/quay/{dossier.code}/tra-ket-qua/", given | {"tracking_number": "ea 123456789 vn"})
    browser.post(f"/quay/{dossier.code}/buu-dien/", {"buu-dien": "chuyen-hoan", "ly-do": " "})
    assert PostalOrder.objects.get().state == PostalState.POSTED, "a reason is asked for"
    browser.post(f"/quay/{dossier.code}/buu-dien/", {"buu-dien": "da-phat"})
    assert PostalOrder.objects.get().state == PostalState.DELIVERED
    answer = browser.post(f"/quay/{dossier.code}/buu-dien/", {"buu-dien": "da-phat"}, follow=True)
    assert "không còn trên đường gửi" in answer.content.decode()


def test_who_wanted_to_fetch_it_has_it_sent_after_a_code(settings: Any) -> None:
    dossier = factories.dossier(state=DossierState.IN_PROCESS)
    pay(dossier.bills.get())
    browser, address = opened(dossier), f"/ho-so/{dossier.code}/buu-dien/"
    assert address in browser.get(f"/ho-so/{dossier.code}/").content.decode()
    assert browser.post(address, FORM | {"street": ""}).status_code == 422
    assert "one_time_code" in browser.post(address, FORM).content.decode()
    assert browser.post(address, {"one_time_code": "000000"}).status_code == 422
    assert not PostalOrder.objects.exists(), "who helps to pay cannot lead the paper elsewhere"
    one_time_codes.send_waiting()
    texts = [json.loads(line)["text"] for line in settings.MESSAGE_FILE.read_text().splitlines()]
    digits = next(match[0] for text in texts if (match := re.search(r"\b\d{6}\b", text)))
    for _ in range(2):  # a double click
        assert browser.post(address, {"one_time_code": digits}).headers["Location"] == f"/ho-so/{dossier.code}/"
    dossier.refresh_from_db()
    assert dossier.return_method == "post"
    assert sorted((bill.amount, str(bill.state)) for bill in dossier.bills.all()) == [
        (10_000, "paid"),
        (30_000, "open"),
    ]
    page = browser.get(f"/ho-so/{dossier.code}/").content.decode()
    assert "Xã Hy Cương" in page and "Gửi kết quả về nhà qua bưu điện" not in page


def test_two_windows_order_the_post_once(agency: Agency) -> None:
    dossier = factories.dossier(agency, state=DossierState.FINISHED)
    answers = at_once(4, lambda _: postal_orders.choose(Dossier.objects.get(pk=dossier.pk), HERE))
    assert sum(isinstance(answer, PostalOrder) for answer in answers) == 1
    assert sum(isinstance(answer, NotPostable) for answer in answers) == 3
    assert dossier.bills.count() == 2


@pytest.mark.parametrize("state", [3, 7, 8, 10])
def test_what_has_ended_is_not_posted(state: int) -> None:
    with pytest.raises(NotPostable):
        postal_orders.choose(factories.dossier(state=state), HERE)


def test_step_by_step_the_address_is_asked_only_of_who_wants_the_post(agency: Agency) -> None:
    made = case(agency, 10_000)
    browser = Client()
    person = {"owner_name": "Nguyễn Thị Bình", "owner_identity_number": "025190000123", "owner_phone": "0912 345 678"}
    step = browser.post(f"/nop-ho-so/{made.slug}/", person).headers["Location"]
    papers = browser.post(step, {"agency": agency.pk}).headers["Location"]
    assert browser.post(papers, {"return_method": "counter"}).headers["Location"].endswith("/xem-lai/")
    to = browser.post(papers, {"return_method": "post"}).headers["Location"]
    assert to.endswith("/dia-chi/")
    address_step = browser.get(to).content.decode().replace("\u00a0", " ")
    assert 'value="Nguyễn Thị Bình"' in address_step and "30.000 đ" in address_step and "45.000 đ" in address_step
    assert browser.post(to, FORM | {"province": "Paris"}).status_code == 422
    check = browser.post(to, FORM).headers["Location"]
    page = browser.get(check).content.decode()
    assert '<p class="amount">40.000' in page and "Tất cả phải nộp: 40.000" in page and "Xã Hy Cương" in page
    browser.post(check)
    dossier = Dossier.objects.get()
    assert PostalOrder.objects.get().address == "Thôn 2, Xã Hy Cương, Phú Thọ"
    assert dossier.bills.get().amount == 40_000
    assert browser.post(papers, {"return_method": "counter"}).headers["Location"] == f"/ho-so/{dossier.code}/"


def test_changed_to_the_counter_before_handing_in_nothing_is_asked_for_the_post(agency: Agency) -> None:
    made = case(agency, 10_000)
    browser = Client()
    person = {"owner_name": "Bình", "owner_identity_number": "025190000123", "owner_phone": "0912 345 678"}
    papers = browser.post(
        browser.post(f"/nop-ho-so/{made.slug}/", person).headers["Location"], {"agency": agency.pk}
    ).headers["Location"]
    to = browser.post(papers, {"return_method": "post"}).headers["Location"]
    browser.post(to, FORM)
    check = browser.post(papers, {"return_method": "counter"}).headers["Location"]
    assert browser.get(to).headers["Location"] == check
    browser.post(check)
    assert not PostalOrder.objects.exists() and Dossier.objects.get().bills.get().amount == 10_000


def test_an_amount_set_after_examination_takes_the_postage_along(agency: Agency) -> None:
    dossier = factories.dossier(agency, state=DossierState.IN_PROCESS, amount=0)
    dossier.facts = {"undetermined": ["PHI"]}
    dossier.save()
    postal_orders.choose(dossier, HERE)
    assert not dossier.bills.exists(), "one bill, once the fee is known"
    made = case(agency, 10_000)
    Dossier.objects.filter(pk=dossier.pk).update(case=made)
    dossier.refresh_from_db()
    examiner: User = factories.officer(agency, Role.HANDLING_OFFICER)
    assessment.determine(dossier, {}, officer=examiner, reason="theo hồ sơ")
    assert [(line.kind, line.amount) for line in dossier.bills.get().lines.all()] == [
        ("le_phi", 10_000),
        ("postage", 30_000),
    ]
    assert "40.000 d" in dossier.messages.get(kind="fee_due").text
