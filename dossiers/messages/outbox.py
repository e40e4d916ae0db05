"""Outbox of messages to citizens: written with the fact, sent afterwards, once each (I9).

A row is unique by subject, kind and channel, so a fact reported twice is one message. A sender
claims it for LEASE, so that many senders send it once. Should the process die between the
provider's yes and the mark, it is given again with the same key, which a provider takes for
the same message; who does not may send it a second time. We rather say twice than never that
money has come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from core.background.outbox import Backoff, send_each
from core.values.money import grouped
from dossiers.models import Dossier, Message
from payments.states import BillState

from . import channels

logger = logging.getLogger(__name__)
BATCH = 100
#: Longer than any channel takes (`channels`): while one process has a message the others leave it alone.
LEASE = timedelta(seconds=60)
#: After so many attempts, some ten hours, a person has to handle it.
MOST_ATTEMPTS = 10
BACKOFF = Backoff.growing(timedelta(seconds=30), timedelta(hours=2))

#: SMS texts: plain ASCII, at most 160 characters, no personal data, no link (U-25).
TEXTS = {
    "received": "Ho so {code}: da nhan. Theo doi va nop phi tren trang cua tinh. Mot Cua Phu Tho.",
    "fee_due": "Ho so {code}: can nop {amount} d, xem va nop tren trang cua tinh. Mot Cua Phu Tho.",
    "fee_paid": "Ho so {code}: da nop du phi {amount} d. Mot Cua Phu Tho.",
    "fee_checking": "Ho so {code}: chua ro tien da den, chung toi dang hoi ngan hang. Dung nop lai. Mot Cua Phu Tho.",
    "money_short": "Ho so {code}: da nhan {amount} d, con thieu {missing} d, xem tren trang nop phi. Mot Cua Phu Tho.",
    "money_unsettled": "Ho so {code}: da nhan {amount} d, khong can nop them, ke toan dang ghi nhan. Mot Cua Phu Tho.",
    "money_over": "Ho so {code}: da nhan thua {amount} d, se hoan lai hoac chuyen sang khoan khac. Mot Cua Phu Tho.",
    "fee_taken_back": "Ho so {code}: ngan hang da thu hoi {amount} d, can nop lai. Mot Cua Phu Tho.",
    "fee_refunded": "Ho so {code}: da hoan lai {amount} d. Mot Cua Phu Tho.",
    "claim_answered": "Ho so {code}: da co tra loi ve viec bi tru tien, xem tren trang nop phi. Mot Cua Phu Tho.",
    "result_ready": "Ho so {code}: da co ket qua. Mot Cua Phu Tho.",
    "posted": "Ho so {code}: ket qua da gui buu dien, van don {number}. Mot Cua Phu Tho.",
    "came_back": "Ho so {code}: buu dien chuyen hoan ket qua, moi den quay nhan. Mot Cua Phu Tho.",
    "supplement": "Ho so {code}: can bo sung giay to, xem tren trang cua tinh. Mot Cua Phu Tho.",
    "paper_refused": "Ho so {code}: mot tep giay to khong dung duoc, hay gui lai tren trang cua tinh. Mot Cua Phu Tho.",
    "refusal": "Ho so {code}: khong duoc tiep nhan, xem ly do tren trang cua tinh. Mot Cua Phu Tho.",
    "stop": "Ho so {code}: da dung giai quyet, xem ly do tren trang cua tinh. Mot Cua Phu Tho.",
    "apology": "Ho so {code}: xin loi, hen tra lai ngay {due}. Mot Cua Phu Tho.",
}


def tell(dossier: Dossier, kind: str, subject: str, *, at: datetime | None = None, **values: object) -> None:
    """Queue a message by phone, and by e-mail where there is an address, inside the caller's transaction.

    `subject` names the fact ("refund:7"): the same fact and kind again is no second message.
    `at`: not before this moment, because the step can still be undone. `amount` is whole đồng.
    """
    Message.objects.bulk_create(_messages(dossier, kind, subject, at or timezone.now(), values), ignore_conflicts=True)


def tell_all(kind: str, facts: Iterable[tuple[Dossier, str, int]]) -> None:
    """Queue as `tell` one message of a kind for each (dossier, subject, amount), in one statement."""
    now = timezone.now()
    messages = [_messages(dossier, kind, subject, now, {"amount": amount}) for dossier, subject, amount in facts]
    Message.objects.bulk_create(chain.from_iterable(messages), ignore_conflicts=True)


def text_of(kind: str, code: str, values: Mapping[str, object]) -> str:
    """Return the text of a message about the dossier of a code; whole numbers are amounts in đồng."""
    shown = {name: grouped(value) if isinstance(value, int) else value for name, value in values.items()}
    return TEXTS[kind].format(code=code, **shown)[:160]


def _messages(
    dossier: Dossier, kind: str, subject: str, at: datetime, values: Mapping[str, object]
) -> Iterator[Message]:
    text = text_of(kind, dossier.code, values)
    for channel, address in ((channels.SMS, dossier.owner_phone), (channels.EMAIL, dossier.owner_email)):
        if address:
            yield Message(
                subject=subject,
                kind=kind,
                channel=channel,
                dossier=dossier,
                recipient=address,
                text=text,
                next_attempt_at=at,
            )


def tell_what_is_due(dossier: Dossier) -> None:
    """Send a message for each open bill made after submission, inside the caller's transaction; once a bill."""
    for bill in dossier.bills.filter(state=BillState.OPEN):
        if bill.missing_amount:
            tell(dossier, "fee_due", f"bill:{bill.pk}", amount=bill.missing_amount)


def waiting() -> Q:
    """Return the condition of what has yet to be sent."""
    return Q(sent_at=None, gave_up_at=None)


def failing(attempts: int, since: datetime) -> QuerySet[Message]:
    """Return what was tried so often and has not gone out; given up before `since` or set aside by a person no more."""
    tried = Message.objects.filter(sent_at=None, attempts__gte=attempts, set_aside_reason="")
    return tried.filter(Q(gave_up_at=None) | Q(gave_up_at__gte=since))


def send_waiting() -> int:
    """Send what waits and return how many went out; any number of senders may run at once."""
    due = Message.objects.filter(waiting(), next_attempt_at__lte=Now()).order_by("id")
    return send_each(due, _send, lease=LEASE, most=BATCH)


def _send(message: Message) -> bool:
    # Written by columns, not by the row: meanwhile it may have been set aside, or deleted with its dossier's data.
    row = Message.objects.filter(pk=message.pk)
    attempts, now = message.attempts + 1, timezone.now
    try:
        channels.deliver(message.channel, message.recipient, message.text, key=f"message-{message.pk}")
    except channels.DeliveryFailed as error:
        logger.warning("message %d was not sent, attempt %d: %s", message.pk, attempts, error)
        pause = BACKOFF.after(attempts) or timedelta()
        row.update(attempts=attempts, last_error=str(error)[:255], next_attempt_at=now() + pause)
        if attempts >= MOST_ATTEMPTS or isinstance(error, channels.DeliveryRefused):
            row.update(gave_up_at=now())
        return False
    row.update(attempts=attempts, last_error="", sent_at=now())
    return True


def send_again(ids: list[int], *, actor: User) -> int:
    """Let messages that were given up be tried anew; return how many."""
    with transaction.atomic():
        again = Message.objects.filter(pk__in=ids, sent_at=None)
        number = again.update(attempts=0, gave_up_at=None, set_aside_reason="", next_attempt_at=Now())
        audit.record("send_again", "messages", actor=actor, ids=ids[:100])
    return number


def set_aside(ids: list[int], *, reason: str, actor: User) -> int:
    """Stop sending messages because a person says so, with a reason; return how many. `send_again` takes it back.

    What a sender has in hand at that moment may still go out, and then counts as sent.
    """
    with transaction.atomic():
        unsent = list(Message.objects.filter(pk__in=ids, sent_at=None).select_for_update().order_by("pk"))
        for message in unsent:
            message.gave_up_at, message.set_aside_reason = message.gave_up_at or timezone.now(), reason[:200]
            message.save(update_fields=["gave_up_at", "set_aside_reason"])
        if unsent:
            audit.record("messages_set_aside", "messages", actor=actor, ids=ids[:100], reason=reason)
    return len(unsent)
