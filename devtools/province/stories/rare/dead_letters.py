"""A message of the bank that could not be worked off: five attempts, then it waits for a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from agencies.models import Role
from devtools.province.stories import banks, corrections, hearing, money
from devtools.province.stories.tale import Tale
from devtools.province.writer.row import Row, naming
from payments.callbacks.inbox import MAX_ATTEMPTS
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import SET_ASIDE, NotificationState

_ERROR = "DataError: unsupported Unicode escape sequence"


def not_understood(tale: Tale, at: datetime, bill: Row, gateway: str) -> Row:
    """Pay; the callback fails five times, and asking the bank finds the money meanwhile. Return the case."""
    payment = money.begin(tale, at, bill, gateway)
    contract = money.contract_of(payment)
    paid = payment["sent_at"] + timedelta(seconds=tale.rng.uniform(40, 200))
    heard = tale.when(paid + timedelta(seconds=tale.rng.uniform(1, 5)))
    told = banks.transaction(tale.rng, contract, payment, paid, "paid")
    row = hearing.keep(
        tale,
        heard,
        banks.notification(contract, told),
        contract.pk,
        state=NotificationState.NEW,
        payment_id=None,
        result="",
        processed_at=None,
        attempts=MAX_ATTEMPTS,
        error=_ERROR,
    )
    money.found_by_asking(tale, heard + timedelta(seconds=tale.rng.uniform(30, 90)), told, payment, bill)
    # 5·4ⁿ seconds after each attempt.
    given_up = heard + timedelta(seconds=sum(5 * 4**number for number in range(1, MAX_ATTEMPTS)) + 3)
    row |= {
        "state": NotificationState.QUARANTINED,
        "processed_at": given_up,
        "next_attempt_at": given_up + timedelta(seconds=5 * 4**MAX_ATTEMPTS),
    }
    return corrections.discrepancy(
        tale,
        tale.when(given_up),
        DiscrepancyKind.QUARANTINED,
        bill["amount"],
        notification=row,
        note=_ERROR,
        contract=contract,
    )


def set_aside(tale: Tale, at: datetime, case: Row) -> None:
    """Let an accountant look: the money is there already, so the message is put aside and the case closed."""
    tale.when(at)
    row: Row = case["notification_id"]
    actor = case.get("owner_id") or tale.officer(Role.ACCOUNTANT)
    reason = "Tiền đã được ghi nhận khi hỏi lại ngân hàng"
    row |= {"state": NotificationState.IGNORED, "result": SET_ASIDE, "processed_at": at}
    tale.world.audit(at, actor, "notification_set_aside", naming("notification:", row), None, reason=reason)
    corrections.close(tale, at + timedelta(minutes=1), case, reason)
