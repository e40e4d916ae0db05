"""PIN check with limits: five tries per dossier, and few per client over many dossiers.

Codes run on by the day and a PIN has 10,000 values: who tries one PIN on every code of a day opens some, were it
not for the limits of an address, of its network and of all together.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.utils.translation import gettext as _

from core import rate_limits
from core.rate_limits import Limit
from dossiers.models import Dossier

from .forms import LookupForm

#: Wrong PINs before a code can only be opened by the slip's QR: 5 of 10,000.
MOST_FAILURES = 5
_HOUR = timedelta(hours=1)
#: Wrong PINs, whatever the dossier. Behind one address there may be a village: its network has room for mistakes.
WRONG = (Limit("pin", 20, _HOUR), Limit("pin of a network", 100, _HOUR), Limit("pin of all", 3000, _HOUR))
#: Checked for unknown and locked codes, so that they take as long as others.
_NOBODY = "argon2$argon2id$v=19$m=102400,t=2,p=8$bm9ib2R5bm9ib2R5$2S1rXVQ1cXU3S2Zr9o2v5A"


class TooManyTries(Exception):
    """From here, or from everywhere, too many PINs were wrong within an hour."""


def open_with(form: LookupForm) -> Dossier | None:
    """Return the dossier that a filled-in form opens, or say in it why none; unknown codes look like wrong PINs."""
    try:
        dossier = open_with_pin(form.cleaned_data["code"], form.cleaned_data["pin"])
    except TooManyTries:
        form.add_error(
            None, _("Từ mạng của bạn đã có nhiều lần nhập sai. Hãy quét mã QR trên giấy hẹn hoặc nhận mã qua tin nhắn.")
        )
        return None
    if dossier is None:
        form.add_error(None, _("Mã hồ sơ hoặc mã PIN chưa đúng. Sau 5 lần sai, hãy quét mã QR trên giấy hẹn."))
    return dossier


def open_with_pin(code: str, pin: str) -> Dossier | None:
    """Check the PIN, counting the try first, so that parallel guesses do not slip through. Raises TooManyTries."""
    who = rate_limits.of(WRONG)
    if not rate_limits.spend(*who):
        raise TooManyTries
    dossier = Dossier.objects.filter(code=code).first()
    allowed = Dossier.objects.filter(code=code, pin_failures__lt=MOST_FAILURES)
    may_try = bool(allowed.update(pin_failures=F("pin_failures") + 1))
    is_right = check_password(pin, dossier.pin_hash if dossier and may_try else _NOBODY)
    if dossier is None or not may_try or not is_right:
        return None
    Dossier.objects.filter(pk=dossier.pk).update(pin_failures=0)
    rate_limits.give_back(*who)
    return dossier
