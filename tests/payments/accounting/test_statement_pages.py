"""Upload, preview, confirm, days to zero: the accountant's main journey, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agencies.models import AuditEntry
from core.background import wakeup
from payments.accounting import statement_views as pages
from payments.models import Bill, ClosedDay, Discrepancy, MerchantAccount, Statement
from payments.reconciliation import matching
from payments.settlement import ledger_check
from payments.states import BillState
from portal.celery import app
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import countersign, said, signed_in, two_proposals, upload
from tests.support.payments.statements import HEADER, YESTERDAY, line, paid_yesterday

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_is_previewed_confirmed_matched_and_its_day_closed() -> None:
    notified, untold = paid_yesterday(), factories.payment(gateway="vietinbank")
    account = notified.merchant_account
    client = signed_in(account.agency)
    day = f"/doi-soat/ngay/{account.pk}/{YESTERDAY}/"

    lines = (
        line(notified.gateway_ref, 150_000),
        line("UNTOLD", 150_000, untold.merchant_ref),
        line("STRAY", 7_000, "", "la"),
    )
    page = upload(client, account, *lines)
    statement = Statement.objects.get()
    assert page.redirect_chain == [(f"/doi-soat/sao-ke/{statement.pk}/", 302)]
    assert (page.context["preview"].settles, page.context["preview"].unknown) == (1, 1)
    assert "Gửi người thứ hai xác nhận 3 dòng" in said(page)
    untold.bill.refresh_from_db()
    assert untold.bill.state == BillState.OPEN

    answer = countersign(client, statement)
    assert "đang đối chiếu" in said(answer)
    assert "<progress" in said(answer)
    assert "Chưa khóa được" in said(client.post(f"{day}khoa/", follow=True))
    matching.work_due()  # the worker, or the sweeper
    assert "data-reload" in said(client.get(f"/doi-soat/sao-ke/{statement.pk}/tien-do/"))
    untold.bill.refresh_from_db()
    assert untold.bill.state == BillState.PAID

    page = client.get(f"/doi-soat/sao-ke/{statement.pk}/", {"state": "discrepancy"})
    assert [row.gateway_ref for row in page.context["page"]] == ["STRAY"]
    assert f"/doi-soat/sai-lech/{Discrepancy.objects.get().pk}/" in said(page)
    page = client.get(f"/doi-soat/sao-ke/{statement.pk}/", {"q": notified.gateway_ref.lower()})
    assert [row.gateway_ref for row in page.context["page"]] == [notified.gateway_ref]

    figures = client.get(day).context["figures"]
    assert (figures.our_amount, figures.bank_amount) == (307_000, 307_000)
    assert "Đã khóa sổ ngày" in said(client.post(f"{day}khoa/", follow=True))
    assert ClosedDay.objects.get().closed_by
    assert "Đã khóa sổ:" in said(client.get(day))
    assert AuditEntry.objects.filter(action__in=("statement_upload", "statement_confirm", "day_close")).count() == 3
    assert ledger_check.check() == []


def test_missing_money_stops_the_day_until_it_has_a_case() -> None:
    payment = paid_yesterday()
    client = signed_in(payment.bill.agency)
    day = f"/doi-soat/ngay/{payment.merchant_account_id}/{YESTERDAY}/"
    page = client.get(day)
    assert payment.bill.reference in said(page)
    assert "Mở vụ việc cho 1 khoản" in said(page)
    refused = said(client.post(f"{day}khoa/", follow=True))
    assert "còn 150.000\u00a0đ chưa có vụ việc" in refused
    assert "Đã mở 1 vụ việc" in said(client.post(f"{day}mo-vu-viec/", follow=True))
    assert f"/doi-soat/sai-lech/{Discrepancy.objects.get().pk}/" in said(client.get(day))
    assert "Đã khóa sổ ngày" in said(client.post(f"{day}khoa/", follow=True))


def test_today_cannot_be_closed() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    day = f"/doi-soat/ngay/{account.pk}/{timezone.localdate()}/"
    client = signed_in(account.agency)
    assert "ngày chưa hết" in said(client.post(f"{day}khoa/", follow=True))
    assert "Ngày này chưa hết" in said(client.post(f"{day}mo-vu-viec/", follow=True)), "nor is anything missing yet"
    assert f"{day}khoa/" not in said(client.get(day))


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (line("B1", "15O.000"), "Dòng 3"),
        (line("B1", "9" * 40), "Dòng 3"),
        (line("B\x00", "5000"), "Dòng 3"),
        (line("B1", 5000, at="01/01/0001 00:00:00"), "Dòng 3"),
    ],
)
def test_a_refused_file_says_which_line_and_what_to_do(bad: str, says: str) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    page = upload(client, account, line("B0", 1_000), bad)
    statement = Statement.objects.get()
    assert statement.state == "refused"
    assert says in said(page)
    assert "tải lên lần nữa" in said(page)
    assert says in said(client.get(f"/doi-soat/sao-ke/{statement.pk}/"))


def test_an_empty_or_missing_file_is_an_error_at_its_field() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    for files in ({}, {"file": SimpleUploadedFile("x.csv", b"")}):
        page = client.post("/doi-soat/sao-ke/", {"account": account.pk, **files})
        assert page.status_code == 200
        assert "data-error-summary" in said(page)
        assert "<title>Lỗi: " in said(page)
    assert not Statement.objects.exists()


def test_a_foreign_account_takes_no_file_from_me() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    mine = factories.merchant(factories.agency(), "vnptpay")
    page = upload(signed_in(mine.agency), account, line("B0", 1_000))
    assert "data-error-summary" in said(page)
    assert not Statement.objects.exists()


def test_the_same_file_again_leads_to_the_first() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    first = upload(client, account, line("B0", 1_000))
    again = upload(client, account, line("B0", 1_000), name="other.csv")
    assert again.redirect_chain == first.redirect_chain
    assert "đã được tải lên trước đó" in said(again)


def test_a_discarded_file_leaves_nothing_and_cannot_be_confirmed() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    upload(client, account, line("B0", 1_000))
    statement = Statement.objects.get()
    assert "Đã bỏ tệp" in said(client.post(f"/doi-soat/sao-ke/{statement.pk}/bo/", follow=True))
    for verb in ("bo", "xac-nhan"):
        answer = said(client.post(f"/doi-soat/sao-ke/{statement.pk}/{verb}/", follow=True))
        assert "không còn chờ xác nhận" in answer
    statement.refresh_from_db()
    assert (statement.state, statement.rows.count()) == ("refused", 0)


def test_a_big_file_is_left_to_the_worker_and_the_page_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    monkeypatch.setattr(pages, "READ_AT_ONCE", 10)
    page = upload(client, account, line("B0", 1_000))
    statement = Statement.objects.get()
    assert statement.state == "loading"
    assert f'data-refresh="/doi-soat/sao-ke/{statement.pk}/tien-do/"' in said(page)
    assert "<progress" in said(page)
    assert "data-reload" not in said(page)
    matching.work_due()
    assert "data-reload" in said(client.get(f"/doi-soat/sao-ke/{statement.pk}/tien-do/"))
    assert "xác nhận 1 dòng" in said(client.get(f"/doi-soat/sao-ke/{statement.pk}/"))


def test_a_broker_that_is_down_is_nobodys_error(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    upload(client, account, line("B0", 1_000))
    # A pool of this test's own: the one that is closed stays closed, and takes the wake-up of every later test with it.
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    answer = countersign(client, Statement.objects.get())
    assert "Đã xác nhận" in said(answer)
    assert wakeup._silent_until > 0


def test_rows_come_in_pages_of_fifty() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    upload(client, account, *(line(f"B{number:03d}", 1_000 + number) for number in range(120)))
    path = f"/doi-soat/sao-ke/{Statement.objects.get().pk}/"
    page = client.get(path, {"page": "3", "q": "b"})
    assert len(page.context["page"]) == 20
    assert "page=2&amp;q=b" in said(page)
    assert len(client.get(path).context["page"]) == 50


def test_the_drawer_at_the_counter_takes_no_statement() -> None:
    account = MerchantAccount.objects.create(
        agency=factories.agency(), gateway="counter", merchant_id="counter-x", valid_during=factories.FOREVER
    )
    client = signed_in(account.agency)
    assert HEADER  # the form would take a file, were there an account
    assert not client.get("/doi-soat/sao-ke/").context["can_upload"]
    assert client.get(f"/doi-soat/ngay/{account.pk}/{YESTERDAY}/").status_code == 404


def test_a_proposal_is_accepted_from_its_row_by_one_and_approved_by_another_until_nothing_is_left() -> None:
    agency = factories.agency()
    statement = two_proposals(agency)
    path = f"/doi-soat/sao-ke/{statement.pk}/"
    maker, checker = signed_in(agency), signed_in(agency)
    page = maker.get(path, {"state": "left"})
    assert (page.context["left"], page.context["settled"], len(page.context["page"])) == (3, 0, 3)
    assert said(page).count('data-key="a"') == 2
    first = statement.rows.filter(state="proposed")[0]
    assert first.discrepancy
    accept = f"/doi-soat/sai-lech/{first.discrepancy_id}/nhan-de-xuat/"
    answer = maker.post(accept, {"row": first.pk, "state": "left"})
    assert answer.headers["Location"] == f"{path}?state=left#row-{first.pk}"
    move = first.discrepancy.reallocations.get()
    assert (move.amount, move.state) == (first.amount, "proposed")
    assert "chờ người thứ hai duyệt" in said(maker.get(path, {"state": "left"}))
    assert "Đề xuất này không còn" in said(maker.post(accept, follow=True))
    assert first.discrepancy.reallocations.count() == 1
    checker.post(f"/doi-soat/sai-lech/{first.discrepancy_id}/chuyen/{move.pk}/", {"answer": "approve"})
    page = checker.get(path)
    assert (page.context["left"], page.context["settled"], page.context["row_total"]) == (2, 1, 3)
    assert 'max="3" value="1"' in tight(said(page))


def test_a_proposal_whose_bill_was_paid_meanwhile_is_not_accepted() -> None:
    agency = factories.agency()
    row = two_proposals(agency).rows.filter(state="proposed")[0]
    assert row.proposed_bill
    Bill.objects.filter(pk=row.proposed_bill.pk).update(state="cancelled")
    client = signed_in(agency)
    path = f"/doi-soat/sai-lech/{row.discrepancy_id}/"
    assert "nhan-de-xuat" not in said(client.get(path))
    assert "Đề xuất này không còn" in said(client.post(f"{path}nhan-de-xuat/", follow=True))
    assert row.discrepancy
    assert not row.discrepancy.reallocations.exists()


def test_columns_are_named_once_and_the_next_files_read_by_them() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    header = "Số phiếu;Thành tiền;Thời gian giao dịch;Nội dung"

    def sent(reference: str) -> Any:
        content = f"Sao kê\n{header}\n{reference};5.000;{YESTERDAY:%d/%m/%Y};NOP PHI\n".encode()
        values = {"account": account.pk, "file": SimpleUploadedFile(f"{reference}.csv", content)}
        return client.post("/doi-soat/sao-ke/", values, follow=True)

    page = sent("FT1")
    refused = Statement.objects.get()
    assert refused.state == "refused"
    assert "Dòng 2 giống dòng tiêu đề nhưng thiếu cột: mã giao dịch, số tiền" in said(page)
    address = f"/doi-soat/sao-ke/{refused.pk}/cot/"
    assert address in said(page)
    wrong = {"reference": "Số phiếu", "amount": "Số phiếu", "time": "Thời gian giao dịch"}
    assert "vừa là thứ này" in said(client.post(address, wrong, follow=True))
    chosen = {"reference": "Số phiếu", "amount": "Thành tiền", "time": "Thời gian giao dịch", "description": "Nội dung"}
    page = client.post(address, chosen, follow=True)
    assert "xác nhận 1 dòng" in said(page)
    account.refresh_from_db()
    assert account.settings["statement_columns"] == chosen
    assert AuditEntry.objects.filter(action="statement_columns").count() == 1
    assert "xác nhận 1 dòng" in said(sent("FT2"))


def test_days_to_come_and_from_before_the_contract_are_asked_about() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    client = signed_in(account.agency)
    page = upload(
        client, account, line("B0", 1_000), line("B1", 1_000, at="11/02/2099"), line("B2", 1_000, at="11/02/2019")
    )
    statement = Statement.objects.get()
    assert ("11/02/2099" in said(page), "11/02/2019" in said(page)) == (True, True)
    assert "đánh dấu đã xem" in said(client.post(f"/doi-soat/sao-ke/{statement.pk}/gui-xac-nhan/", follow=True))
    statement.refresh_from_db()
    assert statement.state == "preview"
    countersign(client, statement, odd_days="1")
    statement.refresh_from_db()
    assert statement.state == "applying"


def test_a_transaction_that_stands_twice_is_named_with_both_lines() -> None:
    account = factories.merchant(factories.agency(), "vietinbank")
    page = upload(signed_in(account.agency), account, line("B0", 1_000), line("B1", 1_000), line("B0", 2_000))
    assert "Dòng 4: mã giao dịch “B0” đã có ở dòng 2 (xuất hiện hai lần)." in said(page)
