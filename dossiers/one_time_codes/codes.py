"""One-time codes by phone or mail, for citizens without an account.

    one_time_codes.send("lookup", dossier.code, dossier.owner_phone)
    …
    if one_time_codes.check("lookup", dossier.code, request.POST["code"]): …

Sending is left to a worker, so a page answers in the same time whether it sent a code
or only pretended to. Who asks for somebody unknown must get the same answer as others, after
the same work: callers show the same page and `send` to nobody (an empty address).
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from core.background import wakeup
from core.background.outbox import Backoff, send_each
from core.values.codes import digits
from dossiers.messages import channels
from dossiers.models import OneTimeCode

logger = logging.getLogger(__name__)

#: What a code is for, as its text says it. Who reads "RUT ho so" to a stranger on the telephone has been warned.
ACTS = {
    "lookup": "mo ho so",
    "draft": "mo ho so nhap",
    "withdraw": "RUT ho so",
    "erase": "XOA DU LIEU ho so",
    "by_post": "gui buu dien ket qua ho so",
    "not_by_post": "THOI gui buu dien ket qua ho so",
}
#: A text of ours never asks for the code back: it says whom not to give it to.
TEXT = (
    "Ma xac nhan cua ban la {{code}} de {act} {about}, dung trong 5 phut. "
    "Khong dua ma nay cho bat ky ai. Mot Cua Phu Tho."
)
DIGITS = 6
LIFE = timedelta(minutes=5)
TRIES = 5
PAUSE = timedelta(seconds=30)
WINDOW = timedelta(hours=1)
#: Codes one address, or one thing, may be sent in a `WINDOW`, and in a day.
MOST_IN_WINDOW = 5
MOST_IN_DAY = 10
#: Rows are needed for counting only, so they go soon.
KEPT = timedelta(days=1)
BATCH = 20
BACKOFF = Backoff.growing(timedelta(seconds=10), LIFE)
#: Longer than any channel takes (`channels`).
LEASE = timedelta(seconds=30)


class TooManyCodes(Exception):
    """Asked too often; `wait` says after which time another code may be sent."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


def text_for(purpose: str, about: str) -> str:
    """Return the text of a code with `{code}` in it: what it does, to which dossier or draft, and whose it is."""
    return TEXT.format(act=ACTS[purpose], about=about)


def send(purpose: str, about: str, address: str, text: str = "") -> None:
    """Make a code of six digits and have it sent to `address` (phone or e-mail) after commit.

    `text` has `{code}` in it, and says whom not to give it to; without one it is `text_for` this.

    A newer code puts the older one out of use. Nobody's code ("") is kept like any other, but nothing is
    sent and nothing typed is right. Raises TooManyCodes when the address or the thing has had one of this purpose
    within 30 s, or, whatever for, five within an hour or ten within a day.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        address_hash = _hash("address", address.casefold() or about)
        _refuse_too_many(purpose, about, address_hash)
        OneTimeCode.objects.create(
            purpose=purpose,
            about=about,
            address_hash=address_hash,
            code_hash=_hash(purpose, about, code) if address else "",
            address=address,
            text=(text or text_for(purpose, about)).format(code=code) if address else "",
            sent_at=None if address else timezone.now(),
            expires_at=timezone.now() + LIFE,
        )
        transaction.on_commit(lambda: wakeup.enqueue("dossiers.send_codes"))


def check(purpose: str, about: str, code: str) -> bool:
    """Tell whether `code` is the newest one sent for this; a right code counts once, five wrong ones end it."""
    typed = digits(code, DIGITS)
    with transaction.atomic():
        sent = OneTimeCode.objects.filter(purpose=purpose, about=about).order_by("-id").select_for_update().first()
        if sent is None or not _is_open(sent):
            return False
        sent.tries += 1
        is_right = constant_time_compare(sent.code_hash, _hash(purpose, about, typed))
        if is_right:
            sent.used_at = timezone.now()
        sent.save(update_fields=["tries", "used_at"])
    return is_right


def may_be_typed(purpose: str, about: str) -> bool:
    """Tell whether the newest code sent for this would still be taken."""
    sent = OneTimeCode.objects.filter(purpose=purpose, about=about).order_by("-id").first()
    return bool(sent and sent.code_hash and _is_open(sent))


def _is_open(sent: OneTimeCode) -> bool:
    return not sent.used_at and sent.tries < TRIES and sent.expires_at > timezone.now()


def send_waiting() -> int:
    """Send codes that wait, forget what was sent and what is old; return how many went out."""
    OneTimeCode.objects.filter(made_at__lt=Now() - KEPT).delete()
    due = OneTimeCode.objects.filter(sent_at=None, next_attempt_at__lte=Now(), expires_at__gt=Now()).order_by("id")
    return send_each(due, _send, lease=LEASE, most=BATCH)


def _send(code: OneTimeCode) -> bool:
    # Written by columns: meanwhile its purpose may have been erased.
    row = OneTimeCode.objects.filter(pk=code.pk)
    attempts = code.attempts + 1
    try:
        channels.deliver(channels.channel_of(code.address), code.address, code.text, key=f"code-{code.pk}")
    except channels.DeliveryFailed as error:
        logger.warning("a one-time code was not sent, attempt %d: %s", attempts, error)
        row.update(attempts=attempts, next_attempt_at=timezone.now() + (BACKOFF.after(attempts) or LIFE))
        return False
    row.update(attempts=attempts, sent_at=timezone.now(), address="", text="")
    return True


def _refuse_too_many(purpose: str, about: str, address_hash: str) -> None:
    with connection.cursor() as cursor:  # two requests at once count one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [address_hash])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{purpose}:{about}"])
    now = timezone.now()
    recent = OneTimeCode.objects.filter(made_at__gt=now - KEPT).order_by("-made_at")
    for mine in (recent.filter(address_hash=address_hash), recent.filter(purpose=purpose, about=about)):
        # Who has just opened a dossier by a code may withdraw it by the next: the pause is against pressing twice.
        newest = mine.filter(purpose=purpose, made_at__gt=now - PAUSE).first()
        if newest:
            raise TooManyCodes(newest.made_at + PAUSE - now)
        times = list(mine.values_list("made_at", flat=True)[:MOST_IN_DAY])
        for most, span in ((MOST_IN_WINDOW, WINDOW), (MOST_IN_DAY, KEPT)):
            if len(times) >= most and now - times[most - 1] < span:
                raise TooManyCodes(times[most - 1] + span - now)


def _hash(*parts: str) -> str:
    return salted_hmac("dossiers.one_time_codes.codes", "\0".join(parts), algorithm="sha256").hexdigest()
