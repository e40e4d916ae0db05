"""A fee that comes first and does not come: no job of the product ends such a dossier, so people do in some weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from agencies.models import Role
from devtools.province.stories import desk, money
from devtools.province.stories.tale import Tale
from dossiers.models import NoticeKind
from dossiers.states import DossierState
from payments.states import PaymentState

_REASON = "Đã quá thời hạn trong thông báo mà chưa nộp phí, lệ phí"
_WITHOUT_MONEY = (PaymentState.FAILED, PaymentState.EXPIRED, PaymentState.CANCELLED)


def ended(tale: Tale, at: datetime) -> None:
    """Let the citizen take it back, or reception refuse it in writing; where money is about, neither."""
    money.finish(tale)
    if not tale.bills or any(payment["state"] not in _WITHOUT_MONEY for payment in tale.payments):
        return
    rng, last = tale.rng, max(at, tale.last)
    if rng.random() < 0.25:
        desk.advance(tale, last + timedelta(days=rng.uniform(1, 20)), DossierState.WITHDRAWN, None)
        return
    when = tale.world.clock.at_work(rng, last, 8 * rng.uniform(10, 25))
    desk.notice(tale, when, NoticeKind.REFUSAL, tale.officer(Role.RECEPTION_OFFICER), _REASON)
