"""From money that a statement brought, the way to its file, to who sent it in and to who confirmed it."""

from __future__ import annotations

from typing import Any

import pytest

from payments.models import MerchantAccount, Statement
from payments.reconciliation import matching
from tests.support import factories
from tests.support.markup import tight
from tests.support.payments.accounting import countersign, said, signed_in, upload
from tests.support.payments.statements import line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_payment_leads_to_the_file_that_brought_it_and_to_who_confirmed_it() -> None:
    payment = factories.payment(gateway="vietinbank")
    account = payment.merchant_account
    client = signed_in(account.agency)
    upload(client, account, line("UNTOLD", 150_000, payment.merchant_ref), name="m2.csv")
    statement = Statement.objects.get()
    countersign(client, statement)
    matching.work_due()
    statement.refresh_from_db()
    assert None is not statement.confirmed_by != statement.uploaded_by is not None
    page = tight(said(client.get(f"/doi-soat/lan-nop/{payment.pk}/")))
    assert f'<a href="/doi-soat/sao-ke/{statement.pk}/?q=UNTOLD">Tệp m2.csv, dòng 2</a>' in page
    assert f"Tải lên: {statement.uploaded_by}" in page and f"Xác nhận: {statement.confirmed_by}" in page
    assert f"· {statement.confirmed_by}" in said(client.get(f"/doi-soat/sao-ke/{statement.pk}/"))
    told = f"Theo tệp, {statement.uploaded_by} nạp, {statement.confirmed_by} xác nhận"
    assert told in page and told in said(client.get("/doi-soat/bien-lai/bang-ke/"))
    for listing in ("lan-nop", "bien-lai"):
        assert told in b"".join(client.get(f"/doi-soat/xuat/{listing}/csv/").streaming_content).decode()  # type: ignore[attr-defined]
    # A province's contract may collect for a commune, whose accountants do not see the province's files.
    MerchantAccount.objects.filter(pk=account.pk).update(agency=factories.agency("Tỉnh"))
    page = tight(said(client.get(f"/doi-soat/lan-nop/{payment.pk}/")))
    assert "Sao kê do Tỉnh tải lên và xác nhận" in page and "m2.csv" not in page
