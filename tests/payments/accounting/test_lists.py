"""Lists cost the same for one row and for many; the overview shows what waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Role
from payments.accounting.overview.views import CHART_HEIGHT, SHOWN, chart
from payments.callbacks import inbox
from payments.cash_desk import collect as cash_desk
from payments.models import Discrepancy, MerchantAccount, Statement
from payments.models.statements import StatementState
from payments.refunds import workflow as refunds
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.accounting import paid, said, sign_in, signed_in, upload
from tests.support.payments.callbacks import post
from tests.support.payments.statements import YESTERDAY, file_of, line, match, paid_yesterday

pytestmark = pytest.mark.django_db(transaction=True)


def grow(agency: Any, accountant: Any, times: int) -> None:
    """Add to every list: bills paid, cases with owners, refunds, files, drawers, receipts."""
    for _ in range(times):
        payment = paid_yesterday(of=factories.bill(of=agency))
        late = factories.payment(of=factories.bill(of=agency), gateway="vietinbank")
        wanted = refunds.Proposal(1_000, 150_000, "withdrawn", f"k{payment.pk}")
        refunds.propose_for_payment(payment, wanted, maker=factories.officer(agency, Role.ACCOUNTANT))
        number = MerchantAccount.objects.count()
        account = MerchantAccount.objects.create(
            agency=agency,
            gateway="vietinbank",
            merchant_id=f"M{number}",
            settings=payment.merchant_account.settings,
            secrets=payment.merchant_account.secrets,
            valid_during=factories.FOREVER,
            is_enabled=False,  # a contract that has ended: one at a time takes payments
        )
        lines = [line(f"X{number}-{i}", 5_000 + i, late.merchant_ref if i else "") for i in range(2)]
        match(account, file_of(*lines))
        upload(accountant, account, line(f"Y{number}", 1_000))
        Discrepancy.objects.filter(owner=None).update(owner=factories.officer(agency, Role.ACCOUNTANT))
        shift = cash_desk.open_shift(factories.officer(agency, Role.CASHIER), agency, opening_amount=0)
        cash_desk.close_shift(shift, counted_amount=0)


@pytest.fixture
def agency() -> Any:
    return factories.agency()


def test_no_list_asks_more_as_rows_grow(agency: Any, django_assert_max_num_queries: Any) -> None:
    client = signed_in(agency)
    grow(agency, client, 1)
    account = MerchantAccount.objects.get(
        gateway="vietinbank", merchant_id=factories.CONTRACTS["vietinbank"]["merchant_id"]
    )
    statement = Statement.objects.filter(state=StatementState.DONE).first()
    assert statement
    paths = [
        "/doi-soat/", "/doi-soat/sao-ke/", f"/doi-soat/sao-ke/{statement.pk}/", "/doi-soat/sai-lech/?state=all",
        f"/doi-soat/ngay/{account.pk}/{YESTERDAY}/", "/doi-soat/hoan-tien/?state=all&q=HS", "/doi-soat/bien-lai/",
        "/doi-soat/ca-thu/", f"/doi-soat/sai-lech/{Discrepancy.objects.earliest('pk').pk}/",
    ]  # fmt: skip
    costs = {}
    for path in paths:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        costs[path] = len(captured)
    grow(agency, client, 3)
    Discrepancy.objects.update(agency=agency)
    for path in paths:
        with django_assert_max_num_queries(costs[path], info=path):
            client.get(path)
        assert costs[path] <= 24, path


def test_the_overview_shows_what_needs_attention(agency: Any) -> None:
    client = signed_in(agency)
    grow(agency, client, 1)
    late = timezone.now() - timedelta(days=9)
    Discrepancy.objects.update(opened_at=late)
    page = client.get("/doi-soat/")
    assert {row["kind"] for row in page.context["cases"]} == {"unknown_reference"}
    for words in ("quá hạn xử lý", "Chờ duyệt", "saoke.csv", f"{YESTERDAY:%d/%m/%Y}", "<svg", "Chưa khóa"):
        assert words in said(page)
    first = page.context["fortnights"][0]
    assert first[2][0]["day"] == YESTERDAY


def test_the_overview_of_somebody_without_anything_says_so(agency: Any) -> None:
    page = " ".join(said(signed_in(agency).get("/doi-soat/")).split())
    for words in (
        "Không có sai lệch",
        "Không có yêu cầu hoàn tiền",
        "Không có tệp nào",
        "không có ngày nào để khóa sổ",
        "do tỉnh",
    ):
        assert words in page


def test_a_closed_day_no_longer_waits(agency: Any) -> None:
    payment = paid_yesterday(of=factories.bill(of=agency))
    match(payment.merchant_account, file_of(line(payment.gateway_ref, 150_000)))
    user = factories.officer(agency, Role.ACCOUNTANT)
    client = sign_in(user)
    assert client.get("/doi-soat/").context["unclosed_count"] == 1
    client.post(f"/doi-soat/ngay/{payment.merchant_account_id}/{YESTERDAY}/khoa/")
    page = client.get("/doi-soat/")
    assert page.context["unclosed_count"] == 0
    assert "Đã khóa" in said(page)


def test_money_of_today_is_shown_and_waits_for_tomorrow(agency: Any) -> None:
    stamp = f"{timezone.localdate():%Y%m%d}080000"
    payment = factories.payment(of=factories.bill(of=agency), gateway="vietinbank")
    post(notify_bill(payment, transTime=stamp), "vietinbank")
    inbox.drain_all()
    page = signed_in(agency).get("/doi-soat/")
    assert page.context["unclosed_count"] == 0
    assert "Hôm nay" in said(page)


def test_bars_share_one_scale_and_nothing_is_too_small_to_see() -> None:
    first = timezone.localdate()
    rows = [
        {"day": first, "our_amount": 1_000_000, "bank_amount": 1},
        {"day": first + timedelta(days=SHOWN - 1), "our_amount": 0, "bank_amount": 500_000},
    ]
    bars = chart(rows, first)
    assert len(bars) == SHOWN
    assert (bars[0].ours.height, bars[0].bank.height) == (str(CHART_HEIGHT), "1")
    assert (bars[-1].ours.height, bars[-1].bank.height) == ("0", "50")
    assert chart([], first) == []


def test_the_figures_of_a_page_are_grouped_and_its_addresses_are_not(agency: Any) -> None:
    payment = paid(factories.payment(of=factories.bill(1_234_567, of=agency), gateway="vietinbank"))
    client = signed_in(agency)
    page = said(client.get(f"/doi-soat/lan-nop/{payment.pk}/hoan-tien/"))
    assert "1.234.567\u00a0đ" in page
    assert 'value="1234567"' in page


@pytest.mark.parametrize(
    ("page", "given", "complaint"),
    [
        ("lan-nop", {"from": "2026-03-09", "to": "2026-03-01"}, "Từ ngày 09/03/2026 sau đến ngày 01/03/2026"),
        ("lan-nop", {"from": "2099-01-01"}, "tương lai"),
        ("lan-nop", {"from": "hôm qua"}, "Từ ngày “hôm qua”"),
        ("lan-nop", {"state": "nonsense"}, "Trạng thái “nonsense”"),
        ("lan-nop", {"agency": "999999"}, "Cơ quan “999999”"),
        ("hoan-tien", {"state": "nonsense"}, "Trạng thái “nonsense”"),
        ("sai-lech", {"kind": "nonsense"}, "Loại “nonsense”"),
        ("sai-lech", {"kind": "surplus", "state": "all", "owner": "me"}, ""),
        ("lan-nop", {"from": "2026-03-01", "to": "2026-03-09", "state": "paid"}, ""),
    ],
)
def test_what_a_list_does_not_understand_of_a_filter_it_says(page: str, given: dict[str, str], complaint: str) -> None:
    browser = sign_in(factories.officer(factories.agency(), Role.ACCOUNTANT))
    answer = said(browser.get(f"/doi-soat/{page}/", given))
    assert complaint in answer
    assert bool(complaint) == any(words in answer for words in ("Không hiểu, nên", "không có gì để hiện", "tương lai"))
