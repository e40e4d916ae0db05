"""What could not be done with a bank's notification: the accountant tries it again, and closes nothing before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agencies.models import AuditEntry
from payments.callbacks import dead_letters, inbox
from payments.models import Discrepancy, Notification
from payments.settlement import apply as settlement
from payments.settlement import bulk
from payments.states import BillState
from tests.support import factories
from tests.support.markup import tight
from tests.support.notifications import confirm
from tests.support.payments.accounting import said, signed_in
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_accountant_tries_again_and_the_case_closes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = factories.payment()

    def fail(*_: Any) -> None:
        raise ValueError("unsupported Unicode escape sequence")

    with monkeypatch.context() as broken:
        broken.setattr(settlement, "_apply_one", fail)
        broken.setattr(bulk, "settle", lambda _ids: SimpleNamespace(notification_ids=set(), tokens=()))
        post(confirm(payment))
        for _ in range(inbox.MAX_ATTEMPTS):
            Notification.objects.filter(state="new").update(next_attempt_at="2026-01-01T00:00Z")
            inbox.drain()
        case = Discrepancy.objects.get()
        client = signed_in(case.agency)
        page = tight(said(client.get(f"/doi-soat/sai-lech/{case.pk}/")))
        assert "Hệ thống đã thử nhiều lần" in page and "ValueError" not in page
        assert 'action="/doi-soat/sai-lech/' in page and "xu-ly-lai" in page
        answer = client.post(f"/doi-soat/sai-lech/{case.pk}/dong/", {"reason": "xong"}, follow=True)
        assert "nhờ quản trị tỉnh bỏ qua" in said(answer)
        assert "Vẫn chưa xử lý được" in said(client.post(f"/doi-soat/sai-lech/{case.pk}/xu-ly-lai/", follow=True))
        assert "không chờ xử lý lại" in said(client.post(f"/doi-soat/sai-lech/{case.pk}/xu-ly-lai/", follow=True))
    Notification.objects.update(state="quarantined")
    assert "Đã xử lý được" in said(client.post(f"/doi-soat/sai-lech/{case.pk}/xu-ly-lai/", follow=True))
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
    case.refresh_from_db()
    assert (case.resolution, bool(case.closed_at)) == ("Đã xử lý lại được", True)
    assert AuditEntry.objects.filter(action="notification_retried", agency=case.agency).count() == 2


def test_what_a_person_set_aside_is_closed_by_the_accountant() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    values = {"gateway": "vnptpay", "event_key": "k", "outcome": "paid", "digest": "x", "state": "quarantined"}
    notification = Notification.objects.create(merchant_account=account, **values)
    case = Discrepancy.objects.create(agency=account.agency, kind="quarantined", notification=notification)
    dead_letters.set_aside(notification, reason="thông báo thử", actor=factories.officer(account.agency))
    client = signed_in(account.agency)
    client.post(f"/doi-soat/sai-lech/{case.pk}/dong/", {"reason": "Ngân hàng nói là thử"})
    case.refresh_from_db()
    assert case.resolution == "Ngân hàng nói là thử"
