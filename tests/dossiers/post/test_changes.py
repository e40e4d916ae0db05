"""The result by post, changed or taken back by its owner until the post has it: address, postage, what is owed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, Role
from dossiers.errors import NotPostable
from dossiers.fees import close_bills
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, EventKind, PostalOrder, Relation
from dossiers.post import changes
from dossiers.post import orders as postal_orders
from dossiers.processing import decisions
from dossiers.states import DossierState
from payments.callbacks import inbox
from payments.errors import BillHasMoney
from payments.models import Discrepancy, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.citizens import newest
from tests.support.concurrency import at_once
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import ACCOUNT
from tests.support.postal import FORM, pay, submitted
from tests.support.signing_in import browser_of
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)
NEAR = postal_orders.Address("Trần Văn An", "+84987654321", "Khu 7", "Phường Nông Trang", "Phú Thọ")
FAR = postal_orders.Address("Trần Văn An", "+84987654321", "Số 1", "Phường Ba Đình", "Hà Nội")
AT_THE_DESK = Receiver("Nguyễn Thị Bình", relation=Relation.OWNER, identity_shown="card", identity_tail="")


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.with_bills().get(pk=dossier.pk)


def bills(dossier: Dossier) -> list[tuple[int, str]]:
    return sorted((bill.amount, str(bill.state)) for bill in dossier.bills.all())


def cases() -> list[tuple[str, int]]:
    return list(Discrepancy.objects.order_by("id").values_list("kind", "amount"))


def give_back(payment: Payment, amount: int, reason: str) -> None:
    """Propose, approve and transfer, as accountants do."""
    payment.refresh_from_db()
    maker, checker = (factories.officer(payment.bill.agency, Role.ACCOUNTANT) for _ in range(2))
    wish = refunds.Proposal(amount, payment.remaining_amount, reason, f"{reason}{amount}", **ACCOUNT)
    refund = refunds.propose_for_payment(payment, wish, maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    refunds.record_transfer(refund, reference="FT1", actor=checker)


def test_unpaid_postage_is_dropped_and_the_fee_stays(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    changes.take_back(dossier)
    assert bills(dossier) == [(10_000, "open"), (40_000, "cancelled")]
    assert not PostalOrder.objects.exists() and fresh(dossier).return_method == "counter"
    kinds = list(dossier.events.values_list("kind", flat=True))
    assert kinds[-3:] == [EventKind.FEE_CANCELLED, EventKind.FEE_DUE, EventKind.POST_TAKEN_BACK]
    assert "10.000 d" in dossier.messages.filter(kind="fee_due").last().text  # type: ignore[union-attr]
    pay(dossier.bills.get(state="open"))
    assert fresh(dossier).is_settled and ledger_check.check() == []


def test_the_link_of_the_bill_before_leads_to_the_one_that_is_owed(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    before = dossier.bills.get()
    changes.take_back(dossier)
    page = Client().get(f"/thanh-toan/{before.token}/").content.decode()
    assert f"/thanh-toan/{dossier.bills.get(state='open').token}/" in page


def test_postage_of_a_free_procedure_is_dropped_whole(agency: Agency) -> None:
    dossier = submitted(agency, 0)
    changes.take_back(dossier)
    assert bills(dossier) == [(30_000, "cancelled")] and fresh(dossier).is_settled
    page = opened(dossier).get(f"/ho-so/{dossier.code}/").content.decode()
    assert "Thủ tục này không thu phí" in page, "what nobody has to pay is not shown"


@pytest.mark.parametrize("fee", [10_000, 0])
def test_paid_postage_goes_back_and_the_result_is_fetched(agency: Agency, fee: int) -> None:
    dossier = submitted(agency, fee)
    pay(dossier.bills.get())
    changes.take_back(dossier)
    assert cases() == [(DiscrepancyKind.NOT_POSTED, 30_000)]
    browser = opened(dossier)
    page = browser.get(f"/ho-so/{dossier.code}/").content.decode().replace("\u00a0", " ")
    assert "30.000 đ" in page and "Bạn thôi gửi qua bưu điện" in page
    payment = Payment.objects.get()
    assert refunds.refundable_amount(payment, "not_posted") == 30_000
    give_back(payment, 30_000, "not_posted")
    assert Discrepancy.objects.get().closed_at
    assert fresh(dossier).is_settled, "the result waits for no postage that went back"
    Dossier.objects.update(state=DossierState.FINISHED)
    officer = factories.officer(agency)
    desk = browser_of(officer).get("/quay/?xem=san-sang").content.decode()
    assert dossier.code in desk
    release(dossier, officer=officer, receiver=AT_THE_DESK)
    assert ledger_check.check() == []


def test_withdrawn_afterwards_the_fee_goes_back_too_and_nothing_twice(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    pay(dossier.bills.get())
    changes.take_back(dossier)
    decisions.go_on(fresh(dossier), DossierState.WITHDRAWN, actor=None)
    page = opened(dossier).get(f"/ho-so/{dossier.code}/").content.decode().replace("\u00a0", " ")
    assert page.count("hoàn phí") == 2, "30.000 and 10.000"
    Dossier.objects.update(ends_at=Dossier.objects.get().submitted_at)
    close_bills.end_due()
    assert cases() == [(DiscrepancyKind.NOT_POSTED, 30_000), (DiscrepancyKind.PAID_IN_VAIN, 10_000)]
    give_back(Payment.objects.get(), 30_000, "not_posted")
    assert [case.closed_at is None for case in Discrepancy.objects.order_by("id")] == [False, True]
    give_back(Payment.objects.get(), 10_000, "withdrawn")
    assert not Discrepancy.objects.filter(closed_at=None).exists() and ledger_check.check() == []


def test_a_street_is_corrected_without_touching_the_money(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    bill = dossier.bills.get()
    changes.change(dossier, NEAR)
    order = PostalOrder.objects.get()
    assert (order.address, order.receiver_name, order.bill) == (
        "Khu 7, Phường Nông Trang, Phú Thọ",
        "Trần Văn An",
        bill,
    )
    assert bills(dossier) == [(40_000, "open")]
    assert dossier.events.last().kind == EventKind.POST_CHANGED  # type: ignore[union-attr]


def test_another_zone_is_billed_anew_and_what_was_paid_goes_back(agency: Agency) -> None:
    unpaid, paid = submitted(agency, 10_000), submitted(agency, 10_000)
    pay(paid.bills.get())
    changes.change(unpaid, FAR)
    assert bills(unpaid) == [(40_000, "cancelled"), (55_000, "open")], "one bill again"
    changes.change(paid, FAR)
    assert bills(paid) == [(40_000, "paid"), (45_000, "open")]
    assert cases() == [(DiscrepancyKind.NOT_POSTED, 30_000)]
    assert {order.address for order in PostalOrder.objects.all()} == {"Số 1, Phường Ba Đình, Hà Nội"}
    assert ledger_check.check() == []


def test_nothing_is_changed_while_money_is_in_doubt_or_a_part_has_come(agency: Agency) -> None:
    doubtful, part = submitted(agency, 10_000), submitted(agency, 10_000)
    factories.payment(of=doubtful.bills.get(), returned_at=timezone.now())
    payment = factories.payment(of=part.bills.get())
    post(confirm(payment, 4_000))
    inbox.drain_all()
    for dossier in (doubtful, part):
        for act in (changes.take_back, lambda each: changes.change(each, FAR)):
            with pytest.raises(BillHasMoney):
                act(dossier)
        changes.change(dossier, NEAR)  # which costs the same
    assert PostalOrder.objects.count() == 2


@pytest.mark.parametrize("state", [DossierState.RETURNED, DossierState.WITHDRAWN, DossierState.STOPPED])
def test_what_the_post_has_or_nobody_works_on_is_not_changed(agency: Agency, state: int) -> None:
    dossier = submitted(agency, 10_000)
    Dossier.objects.update(state=state)
    for act in (changes.take_back, lambda each: changes.change(each, NEAR)):
        with pytest.raises(NotPostable):
            act(dossier)
    browser = opened(dossier)
    assert "/buu-dien/thoi/" not in browser.get(f"/ho-so/{dossier.code}/").content.decode()
    assert browser.get(f"/ho-so/{dossier.code}/buu-dien/thoi/").headers["Location"] == f"/ho-so/{dossier.code}/"


def test_two_windows_take_it_back_once(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    answers = at_once(3, lambda _: changes.take_back(Dossier.objects.get(pk=dossier.pk)))
    assert sorted(isinstance(answer, NotPostable) for answer in answers) == [False, True, True]
    assert bills(dossier) == [(10_000, "open"), (40_000, "cancelled")]


def test_the_owner_sees_the_whole_address_and_changes_it_with_a_code(agency: Agency, settings: Any) -> None:
    dossier = submitted(agency, 10_000)
    browser, page = opened(dossier), f"/ho-so/{dossier.code}/"
    shown = browser.get(page).content.decode()
    assert "Thôn 2, Xã Hy Cương, Phú Thọ" in shown and "0912 345 678" in shown.replace("\u00a0", " ")
    assert f"{page}buu-dien/" in shown and f"{page}buu-dien/thoi/" in shown
    assert 'value="Thôn 2"' in browser.get(f"{page}buu-dien/").content.decode(), "what is known is not typed again"
    browser.post(f"{page}buu-dien/", FORM | {"street": "Thôn 9"})
    assert PostalOrder.objects.get().street == "Thôn 2", "who helps to pay cannot lead the paper elsewhere"
    code = newest(settings.MESSAGE_FILE, "+84912345678")
    browser.post(f"{page}buu-dien/", {"one_time_code": code})
    assert PostalOrder.objects.get().street == "Thôn 9"


def test_the_owner_takes_it_back_with_a_code_and_is_told_what_happens_to_the_money(
    agency: Agency, settings: Any
) -> None:
    dossier = submitted(agency, 10_000)
    browser, address = opened(dossier), f"/ho-so/{dossier.code}/buu-dien/thoi/"
    page = browser.get(address).content.decode().replace("\u00a0", " ")
    assert "không phải nộp 30.000 đ cước" in page
    assert browser.post(address, {"one_time_code": "000000"}).status_code == 422
    browser.post(address)
    code = newest(settings.MESSAGE_FILE, "+84912345678")
    assert "THOI gui buu dien" in settings.MESSAGE_FILE.read_text()
    answer = browser.post(address, {"one_time_code": code}, follow=True).content.decode()
    assert "Bạn đến nhận kết quả tại quầy" in answer and not PostalOrder.objects.exists()
    assert f"/ho-so/{dossier.code}/buu-dien/" in answer, "and may choose the post again"
    paid = submitted(agency, 10_000)
    pay(paid.bills.get())
    page = opened(paid).get(f"/ho-so/{paid.code}/buu-dien/thoi/").content.decode().replace("\u00a0", " ")
    assert "30.000 đ cước đã nộp được hoàn lại" in page


def test_the_desk_takes_it_back_for_who_stands_there(agency: Agency) -> None:
    dossier = submitted(agency, 10_000)
    browser = browser_of(factories.officer(agency))
    assert "Khách đến nhận tại quầy" in browser.get(f"/quay/{dossier.code}/").content.decode()
    browser.post(f"/quay/{dossier.code}/buu-dien/", {"buu-dien": "thoi"})
    assert not PostalOrder.objects.exists() and bills(dossier) == [(10_000, "open"), (40_000, "cancelled")]
