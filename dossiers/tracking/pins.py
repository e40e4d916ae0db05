"""PIN check with limits: few wrong ones for a dossier, from an address, its network and everywhere.

Codes run on by the day and a PIN has 10,000 values: who tries one PIN on every code of a day opens some, were it not
for the limits. Behind one address there may be a village, and anybody may guess at a stranger's dossier; so nobody is
shut out by a limit. Above it a PIN counts together with what the owner's people know and who guesses does not: the
telephone number written in the dossier.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import rate_limits
from core.rate_limits import Limit
from core.values.codes import compact, dossier_code
from core.values.identity import clean_phone
from dossiers.models import Dossier

from .forms import LookupForm

_HOUR = timedelta(hours=1)
#: Wrong PINs of one code, whether there is a dossier of it or not.
WRONG_OF_CODE = Limit("pin of a dossier", 5, _HOUR)
#: Wrong PINs, whatever the dossier.
WRONG = (Limit("pin", 20, _HOUR), Limit("pin of a network", 100, _HOUR), Limit("pin of all", 3000, _HOUR))
#: Wrong PINs of one code by who knows its owner: 5 of 10,000 an hour.
WRONG_WITH_OWNER = Limit("pin with the owner's number", 5, _HOUR)
#: Checked for unknown and locked codes, so that they take as long as others.
_NOBODY = "argon2$argon2id$v=19$m=102400,t=2,p=8$bm9ib2R5bm9ib2R5$2S1rXVQ1cXU3S2Zr9o2v5A"
_TAIL = 4


class TooManyTries(Exception):
    """For this code, from here, or from everywhere, too many PINs were wrong within an hour: the owner is asked for."""


def open_with(form: LookupForm) -> Dossier | None:
    """Return the dossier that a filled-in form opens, or say in it why none; unknown codes look like wrong PINs."""
    sent = form.cleaned_data
    try:
        dossier = open_with_pin(sent["code"], sent["pin"], sent.get("owner", ""))
    except TooManyTries:
        form.ask_for_owner(
            _(
                "Vừa có nhiều lần nhập sai mã PIN, có thể do người khác. Hãy điền thêm số điện thoại ghi trong hồ sơ; "
                "hoặc quét mã QR trên giấy hẹn, hoặc nhận mã qua tin nhắn."
            )
        )
        return None
    if dossier is None and "owner" in sent:
        form.add_error(
            None,
            _("Mã hồ sơ, mã PIN hoặc số điện thoại chưa đúng. Hãy quét mã QR trên giấy hẹn, hoặc nhận tin nhắn."),
        )
    elif dossier is None:
        form.add_error(
            None,
            _("Mã hồ sơ hoặc mã PIN chưa đúng. Sai 5 lần thì chúng tôi hỏi thêm số điện thoại ghi trong hồ sơ."),
        )
    return dossier


def open_with_pin(code: str, pin: str, owner: str = "") -> Dossier | None:
    """Check the PIN, counting the try first, so that parallel guesses do not slip through.

    `owner` is the telephone number in the dossier, or the last four signs of its owner's document where it has none.
    Raises TooManyTries where it is needed and was not given.
    """
    name = dossier_code(code)
    limits = (*rate_limits.of(WRONG), (WRONG_OF_CODE, name))
    is_within = rate_limits.spend(*limits)
    if not is_within and not owner:
        raise TooManyTries
    dossier = Dossier.objects.named(code).first()
    is_known = dossier is not None and _is_of(dossier, owner)
    may_try = is_within or (is_known and WRONG_WITH_OWNER.spend(name))
    is_right = check_password(pin, dossier.pin_hash if dossier and may_try else _NOBODY)
    if dossier is None or not may_try or not is_right:
        return None
    if is_within:
        rate_limits.give_back(*limits)
        WRONG_OF_CODE.forget(name)
    WRONG_WITH_OWNER.forget(name)
    return dossier


def _is_of(dossier: Dossier, owner: str) -> bool:
    if not dossier.owner_phone:
        tail = dossier.owner_identity_number[-_TAIL:]
        return len(tail) == _TAIL and compact(owner)[-_TAIL:] == tail
    try:
        return clean_phone(owner) == dossier.owner_phone
    except ValidationError:
        return False
