"""The real reform with work in progress: a dossier, money in flight, people, accounts and books everywhere."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from psycopg2.extras import DateRange

from agencies import loading
from agencies.authorization import agencies_of
from agencies.models import Agency, AgencySuccession, BeneficiaryAccount, Membership, Role, User
from agencies.succession import heir_of
from dossiers.models import Dossier
from payments.callbacks import inbox
from payments.merchants import accounts as merchants
from payments.models import Bill, MerchantAccount, Payment, Receipt, ReceiptSeries
from payments.receipts import issue as receipts
from payments.states import BillState, PaymentState
from portal.administration.reorganisation.apply import carry_out
from portal.administration.reorganisation.preview import dry_run
from portal.administration.structure_views import tree
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.reorganisation import rewound_plans

pytestmark = pytest.mark.django_db
DAY = date(2025, 7, 1)
BEFORE = DAY - timedelta(days=1)


def _at_work(agencies: list[Agency]) -> None:
    """Give each agency an open dossier with an attempt under way, an officer, an account and a book of receipts."""
    case = factories.case()
    users = User.objects.bulk_create(User(username=f"cb{agency.pk}", password="!") for agency in agencies)
    Membership.objects.bulk_create(
        Membership(user=user, agency=agency, role=Role.RECEPTION_OFFICER, valid_during=agency.valid_during)
        for user, agency in zip(users, agencies, strict=True)
    )
    account = factories.merchant(agencies[0], "vnptpay")
    account.valid_during = DateRange(date(2021, 4, 1), None)
    account.save()
    BeneficiaryAccount.objects.bulk_create(
        BeneficiaryAccount(
            agency=agency, purpose="all", number=f"9{agency.pk}", holder=agency.name, valid_during=agency.valid_during
        )
        for agency in agencies
    )
    receipts.open_books([agency.pk for agency in agencies], BEFORE)
    for number, agency in enumerate(agencies):
        made = Dossier.objects.create(
            code=f"H44.9-250630-{number:04d}",
            agency=agency,
            case=case,
            state=4,
            pin_hash="!",
            owner_name="Nguyễn Thị Bình",
            owner_search_key="nguyen thi binh",
            owner_phone="+84912345678",
            submitted_at=datetime(2025, 6, 30, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        )
        bill = factories.bill(10_000, of=agency, reference=made.code)
        made.bill_links.create(bill=bill)
        Payment.objects.create(
            bill=bill,
            merchant_account=account,
            gateway="vnptpay",
            merchant_ref=f"R{number:09d}",
            amount=bill.amount,
            expires_at=made.submitted_at,
            state=PaymentState.SENT,
            request={"CREATE_DATE": "20250630093000"},
        )


@pytest.fixture
def reformed() -> list[Agency]:
    """The agencies of 30/06/2025 at work, then the 482 links of 01/07/2025 carried out; returns who ended."""
    loading.load()
    plans = rewound_plans()
    reformer = User.objects.create_user("reformer")
    for plan in plans[:-1]:
        carry_out(plan, by=reformer)
    plan = plans[-1]
    _at_work([link for link in plan.ending if link.pk in plan.heirs])
    before = list(Bill.objects.order_by("pk").values_list("pk", "agency", "agency_name", "amount", "state"))
    kept = frozenset(Membership.objects.values_list("pk", flat=True))
    plan = type(plan)(plan.day, plan.legal_basis, plan.links, plan.endings, kept)
    preview = dry_run(plan)
    number = len(plan.heirs)
    assert (preview.problems, number > 450) == ((), True)
    assert preview.totals == {"dossiers": number, "bills": number, "payments": number, "roles": number, "contracts": 1}
    carry_out(plan, by=reformer)
    after = list(Bill.objects.order_by("pk").values_list("pk", "agency", "agency_name", "amount", "state"))
    assert after == before, "a reform moves no bill"
    return [agency for agency in plan.ending if agency.pk in plan.heirs]


def test_dossiers_people_accounts_books_and_money_in_flight_survive_the_reform_of_2025(reformed: list[Agency]) -> None:
    heirs = dict(
        AgencySuccession.objects.filter(effective_date=DAY, takes_over=True).values_list("predecessor", "successor")
    )
    assert set(heirs) == {agency.pk for agency in reformed}

    # Each dossier tells who goes on with it, once, and keeps its agency.
    assert Dossier.objects.filter(events__kind="agency_changed").distinct().count() == len(reformed)
    assert {(one.agency_id) for one in Dossier.objects.all()} == set(heirs)

    # Every role ended with its agency and was granted anew at the heir, which sees the old dossier.
    for agency in reformed[::60]:
        officer = User.objects.get(username=f"cb{agency.pk}")
        assert agencies_of(officer, BEFORE) == {agency.pk}
        assert {agency.pk, heirs[agency.pk]} <= agencies_of(officer, DAY)
    ended = Membership.objects.filter(agency__in=heirs)
    assert not ended.exclude(valid_during__endswith=DAY).exists()
    assert Membership.objects.filter(valid_during__contains=DAY).values("user").distinct().count() == len(reformed)

    # Accounts and contracts of the old take nothing new from the day on; heirs have books for every kind.
    assert not BeneficiaryAccount.objects.filter(agency__in=heirs, valid_during__contains=DAY).exists()
    assert not MerchantAccount.objects.filter(agency__in=heirs, valid_during__contains=DAY).exists()
    serials = receipts.serials_of(DAY)
    booked = ReceiptSeries.objects.filter(agency__in=set(heirs.values()), serial__in=serials)
    assert booked.values("agency").distinct().count() == len(set(heirs.values()))

    _late_money_is_booked_and_its_paper_prints_the_old_name()


def _late_money_is_booked_and_its_paper_prints_the_old_name() -> None:
    browser = Client()
    for payment in Payment.objects.order_by("pk")[:40]:
        browser.post("/gateways/vnptpay/notify", confirm(payment), content_type="application/json")
    inbox.drain()
    paid = Bill.objects.filter(state=BillState.PAID)
    assert paid.count() == 40
    names = {(one.agency_name, one.series.agency.name) for one in Receipt.objects.select_related("series__agency")}
    assert names == {(bill.agency.name, bill.agency.name) for bill in paid.select_related("agency")}
    first = Receipt.objects.order_by("pk")[0]
    page = browser.get(f"/bien-lai/{first.token}/").content.decode()
    assert first.agency_name in page and heir_of(first.bill.agency, DAY).name not in page
    # A new attempt for what is still open goes to whoever the heir has a contract with.
    province = factories.agency("Tỉnh", valid_during=DateRange(DAY, None))
    signed = MerchantAccount.objects.get()
    new = MerchantAccount.objects.create(
        agency=province,
        gateway="vnptpay",
        merchant_id="NEW",
        settings=signed.settings,
        secrets=json.dumps({}),
        valid_during=DateRange(DAY, None),
    )
    Agency.objects.filter(valid_during__contains=DAY).exclude(pk=province.pk).update(parent=province)
    still_open = Bill.objects.filter(state=BillState.OPEN)[0]
    assert merchants.accounts_of(still_open.agency) == [new]


def _names(nodes: Any) -> set[str]:
    return {one.agency.name for one in nodes} | {
        name for one in nodes for _level, under in one.groups for name in _names(under)
    }


def test_the_tree_is_that_of_its_day_and_takes_two_queries(django_assert_num_queries: Any) -> None:
    loading.load()
    with django_assert_num_queries(2):
        then = tree(date(2021, 7, 2))
    now = tree(date(2026, 1, 1))
    assert ("Phường Gia Cẩm" in _names(then), "Phường Gia Cẩm" in _names(now)) == (True, False)
    assert {label: len(nodes) for label, nodes in now[0].groups}["Xã, phường"] == 148
    assert {label: len(nodes) for label, nodes in then[0].groups}["Huyện"] == 13
    (gia_cam,) = tree(date(2025, 6, 30), "gia cam")
    assert [(link.successor.name, link.effective_date) for link in gia_cam.after] == [("Phường Việt Trì", DAY)]
    assert "Phường Gia Cẩm" in {link.predecessor.name for link in tree(DAY, "phuong viet tri")[0].before}
