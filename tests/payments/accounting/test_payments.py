"""The accountants' list of payments: filtered, sorted, cut at a row; and the page of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import AuditEntry, Role
from payments.accounting import payment_views as page_module
from payments.callbacks import inbox
from payments.models import Payment, SavedFilter
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.accounting import paid, said, signed_in, surplus
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/doi-soat/lan-nop/"


def shown(client: Any, path: str = LIST, **query: Any) -> list[int]:
    return [row.pk for row in client.get(path, query).context["cut"].rows]


def test_the_filters_of_the_address_leave_what_fits_all_of_them() -> None:
    agency = factories.agency()
    settled = paid(factories.payment(of=factories.bill(70_000, of=agency), gateway="vietinbank"))
    open_one = factories.payment(of=factories.bill(90_000, of=agency), gateway="vnptpay")
    client = signed_in(agency)
    assert shown(client) == [open_one.pk, settled.pk]
    assert shown(client, state="paid") == [settled.pk]
    assert shown(client, gateway="vnptpay") == [open_one.pk]
    assert shown(client, agency=agency.pk) == [open_one.pk, settled.pk]
    assert shown(client, q="70.000") == [settled.pk]
    assert shown(client, q="70.000", gateway="vnptpay") == []
    assert shown(client, **{"from": "2026-11-23", "to": "2026-11-23"}) == [settled.pk]
    assert shown(client, **{"from": f"{timezone.localdate():%Y-%m-%d}"}) == [open_one.pk]
    for name, text in {"state": "x", "gateway": "x", "from": "x", "order": "x", "agency": "9" * 20}.items():
        assert shown(client, **{name: text}) == [open_one.pk, settled.pk], name


def test_a_search_says_what_it_understood_and_shows_cases_of_the_same_key() -> None:
    case = surplus()
    assert case.payment
    client = signed_in(case.agency)
    text = said(client.get(LIST, {"q": f"AGAIN-{case.payment.pk}"}))
    assert f"/doi-soat/sai-lech/{case.pk}/" in text
    assert f"/doi-soat/lan-nop/{case.payment.pk}/" in text
    assert "số tiền 150.000" in said(client.get(LIST, {"q": "150k"}))


@pytest.mark.parametrize("order", ["newest", "oldest", "largest", "smallest"])
def test_pages_follow_each_other_without_a_gap_forth_and_back(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "PAGE", 3)
    agency = factories.agency()
    made = [
        factories.payment(of=factories.bill(amount, of=agency)) for amount in (5000, 7000, 5000, 5000, 1000, 7000, 2000)
    ]
    keys = {
        "newest": lambda row: -row.pk,
        "oldest": lambda row: row.pk,
        "largest": lambda row: (-row.amount, -row.bill_id),
        "smallest": lambda row: (row.amount, row.bill_id),
    }
    client = signed_in(agency)
    forth, seen, edges = client.get(LIST, {"order": order}).context["cut"], [], []
    while True:
        seen.append([row.pk for row in forth.rows])
        edges.append(forth.before)
        if forth.after is None:
            break
        forth = client.get(LIST, {"order": order, "after": forth.after}).context["cut"]
    assert [pk for page in seen for pk in page] == [row.pk for row in sorted(made, key=keys[order])]
    assert edges[0] is None
    for page, edge in zip(seen[-2::-1], edges[:0:-1], strict=True):
        back = client.get(LIST, {"order": order, "before": edge}).context["cut"]
        assert [row.pk for row in back.rows] == page
    assert back.before is None


def test_a_page_begun_at_a_row_of_others_begins_at_the_start() -> None:
    theirs = factories.payment()
    agency = factories.agency()
    own = factories.payment(of=factories.bill(of=agency))
    client = signed_in(agency)
    for edge in ({"after": theirs.pk}, {"before": theirs.pk}, {"after": "x"}, {"after": "9" * 30}):
        assert shown(client, **edge) == [own.pk]


def test_the_list_asks_the_same_for_one_and_for_many(django_assert_max_num_queries: Any) -> None:
    agency = factories.agency()
    factories.payment(of=factories.bill(of=agency))
    client = signed_in(agency)
    client.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        client.get(LIST, {"q": "150.000"})
    for _ in range(5):
        factories.payment(of=factories.bill(of=agency))
    with django_assert_max_num_queries(len(captured)):
        page = client.get(LIST, {"q": "150.000"}).content.decode()
    assert all(f"{LIST}{payment.pk}/" in page for payment in Payment.objects.all()), "the list shows all six"
    assert len(captured) <= 22


def test_the_page_of_a_payment_tells_everything_in_order_masked_and_who_looked() -> None:
    case = surplus()
    payment = case.payment
    assert payment
    notice = notify_bill(payment, transId="TXthird", bankTransId="THIRD9", remark="SDT 0901 234 567")
    post(notice, "vietinbank")
    inbox.drain_all()
    client = signed_in(case.agency)
    page = client.get(f"{LIST}{payment.pk}/")
    text = said(page)
    lines = page.context["timeline"]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    for shown_text in (
        "Nội dung gốc",
        "THIRD9",
        "Ghi nhận: khoản được nộp",
        "ghi nhận là tiền thừa",
        payment.merchant_ref,
    ):
        assert shown_text in text
    for hidden in (notice["signature"], "0901 234 567", notice["recvAcctId"]):
        assert hidden not in text
    assert f"/doi-soat/sai-lech/{case.pk}/" in text
    assert AuditEntry.objects.filter(action="view", subject=f"payment:{payment.pk}").count() == 1
    assert signed_in(factories.agency()).get(f"{LIST}{payment.pk}/").status_code == 404


def test_the_day_of_a_payment_is_that_of_its_money_else_of_its_begin() -> None:
    agency = factories.agency()
    payment = factories.payment(of=factories.bill(of=agency))
    today = timezone.localdate()
    client = signed_in(agency)
    assert shown(client, q=f"{today:%d/%m/%Y}") == [payment.pk]
    Payment.objects.filter(pk=payment.pk).update(paid_at=timezone.now() - timedelta(days=3))
    assert shown(client, q=f"{today:%d/%m/%Y}") == []
    assert shown(client, q=f"{today - timedelta(days=3):%d/%m/%Y}") == [payment.pk]


def test_whom_somebody_looks_for_stands_in_no_address_and_the_address_is_still_one_to_share() -> None:
    dossier = factories.dossier()
    payment = factories.payment(of=dossier.bills.get())
    accountant, auditor = signed_in(dossier.agency), signed_in(dossier.agency, Role.AUDITOR)
    for personal in ("0912 345 678", "Nguyễn Thị Bình"):
        address = accountant.post(LIST, {"q": personal, "state": "sent"}).headers["Location"]
        for part in ("912345", "912+345", "912%20345", "Nguy%", "B%C3"):
            assert part not in address
        assert address.endswith("&state=sent")
        page = auditor.get(address)
        assert [row.pk for row in page.context["cut"].rows] == [payment.pk]
        assert page.context["chosen"]["q"] == personal
        accountant.post("/doi-soat/bo-loc/lan-nop/", {"name": personal, "query": address.split("?")[1]})
        assert SavedFilter.objects.get(name=personal).query == address.split("?")[1]
    assert accountant.post(LIST, {"q": dossier.code}).headers["Location"] == f"{LIST}?q={dossier.code}"
    assert auditor.post("/doi-soat/sai-lech/", {"q": "150.000"}).headers["Location"] == "/doi-soat/sai-lech/?q=150.000"
    assert shown(accountant, q="~forged") == shown(accountant)
