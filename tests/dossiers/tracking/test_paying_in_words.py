"""When and whether to pay is said in one way on every page of a citizen."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.values.closed_names import LONGEST_FROZEN, english_names
from dossiers.models import Dossier
from dossiers.tracking import progress
from payments.callbacks import inbox
from payments.models import Bill, Payment
from procedures.models import CollectWhen, DurationUnit
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(dossier: Dossier) -> str:
    return opened(dossier).get(f"/ho-so/{dossier.code}/").content.decode().replace("\u00a0", " ")


def collected(when: CollectWhen) -> Dossier:
    dossier = factories.dossier()
    dossier.case.collect_when = when
    dossier.case.save()
    return dossier


def transfer(payment: Payment, amount: int, number: str) -> None:
    post(notify_bill(payment, amount, transId=f"TX{number}", bankTransId=number), "vietinbank")
    inbox.drain_all()


@pytest.mark.parametrize(
    ("when", "step"), [(CollectWhen.ON_SUBMIT, 1), (CollectWhen.ON_ACCEPT, 2), (CollectWhen.BEFORE_RESULT, 3)]
)
def test_when_to_pay_is_one_sentence_and_the_step_stands_where_it_says(when: CollectWhen, step: int) -> None:
    dossier = collected(when)
    sentence = dossier.case.when_to_pay
    assert sentence in page_of(dossier)
    procedure = Client().get(reverse("procedure", args=[dossier.case.procedure.code])).content.decode()
    assert sentence in procedure
    assert [str(each.label) for each in progress.steps(dossier)].index("Nộp phí") == step


def test_who_owes_nothing_is_not_told_to_pay() -> None:
    dossier = factories.dossier(amount=0)
    free = page_of(dossier)
    assert "để nộp phí" not in free and "quét mã này để theo dõi" in free
    owing = factories.dossier()
    assert "quét mã này để nộp phí" in page_of(owing)
    bill = owing.bills.get()
    Bill.objects.filter(pk=bill.pk).update(state="waived", settled_at=bill.created_at)
    labels = [str(each.label) for each in progress.steps(Dossier.objects.get(pk=owing.pk))]
    assert "Không phải nộp phí" in labels and "Nộp phí" not in labels


def test_parts_that_came_stand_in_the_course_with_their_sums_and_numbers() -> None:
    dossier = factories.dossier()
    bill = dossier.bills.get()
    payment = factories.payment(of=bill, gateway="vietinbank", **factories.qr("9PT1", "HS 1", bill.amount))
    transfer(payment, 4_000, "FT1")
    assert "Đã nhận tiền · 4.000 đ" in " ".join(page_of(dossier).split())
    transfer(payment, 6_000, "FT2")
    page = " ".join(page_of(dossier).split())
    assert "Đã nhận tiền · 4.000 đ" in page and "Đã nhận tiền · 6.000 đ" in page
    paid = Client().get(f"/thanh-toan/{bill.token}/").content.decode()
    assert "FT1, FT2" in paid


def test_surplus_beside_debt_is_one_sentence() -> None:
    dossier = factories.dossier()
    qr = factories.qr("9PT1", "HS 1", 10_000)
    transfer(factories.payment(of=dossier.bills.get(), gateway="vietinbank", **qr), 55_000, "FT1")
    assert "Muốn dùng tiền thừa" not in page_of(dossier)
    more = factories.bill(30_000, of=dossier.agency, reference=dossier.code)
    with transaction.atomic():
        dossier.bill_links.create(bill=more)
    page = page_of(dossier)
    assert "Bạn nộp thừa 45.000 đ và còn phải nộp 30.000 đ" in page


def test_what_a_bill_is_for_ends_with_a_word_not_within_a_sentence() -> None:
    name = max(english_names(), key=len)
    assert len(name) > LONGEST_FROZEN
    bill = factories.bill(description=name)
    assert len(bill.description) <= LONGEST_FROZEN
    assert bill.description.endswith("…") and name.startswith(bill.description[:-1])
    assert name[len(bill.description) - 1] in " ,;", "it ends where a word does"
    assert bill.description in english_names(), "its English is found by what is left of it"


@pytest.mark.parametrize(("days", "words"), [(1, "1 working day"), (3, "3 working days")])
def test_one_day_is_one_day_in_english(days: int, words: str) -> None:
    case = factories.case(duration_days=days, duration_unit=DurationUnit.WORKING_DAY)
    with translation.override("en"):
        assert case.counter_duration == words
