"""Form and helpers that pages with a one-time code share."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import rate_limits
from core.proof_of_work import ProvenForm
from core.rate_limits import Limit
from core.values.codes import LONGEST

from . import codes as one_time_codes

#: Codes asked for from an address, from its network and by all: each costs the province money and rings at somebody's.
#: Beyond them each is asked for by a device that has worked for it; what one telephone gets is counted in `codes`.
_HOUR = timedelta(hours=1)
ASKED = (Limit("code", 20, _HOUR), Limit("codes of a network", 60, _HOUR), Limit("codes of all", 2000, _HOUR))


class OneTimeCodeForm(ProvenForm):
    """Six digits; spaces are forgiven, the whole message may be pasted."""

    one_time_code = forms.CharField(
        label=gettext_lazy("Mã xác nhận"),
        help_text=gettext_lazy("6 chữ số vừa nhắn đến điện thoại ghi trong hồ sơ; dùng trong 5 phút"),
        max_length=LONGEST,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def is_right(self, purpose: str, about: str) -> bool:
        """Check and use up the code typed; a wrong one is said beside its field."""
        if not self.is_valid():
            return False
        is_right = one_time_codes.check(purpose, about, self.cleaned_data["one_time_code"])
        if not is_right:
            self.add_error("one_time_code", _("Mã chưa đúng hoặc đã hết hạn. Xem lại tin nhắn, hoặc lấy mã mới."))
        return is_right


def send_quietly(request: HttpRequest, form: ProvenForm, purpose: str, about: str, address: str) -> bool:
    """Send a code, unless the address or the thing had too many: the page says how often, to everybody alike.

    Without an address the same work is done for nobody, and who measures learns nothing. Return False where so many
    ask from one network that the form is now asked for a proof of work first.
    """
    if not (rate_limits.spend(*rate_limits.of(ASKED)) or form.is_proven(request.POST)):
        return False
    with suppress(one_time_codes.TooManyCodes):
        one_time_codes.send(purpose, about, address)
    return True


def asked_for_code(request: HttpRequest, purpose: str, about: str, address: str) -> tuple[OneTimeCodeForm, bool]:
    """Take a step that needs a code: the first POST has one sent, a POST with a code checks and uses it up.

    Return the form to show and whether a right code was typed.
    """
    form = OneTimeCodeForm(request.POST if "one_time_code" in request.POST else None)
    if request.method == "POST" and not form.is_bound:
        send_quietly(request, form, purpose, about, address)
    return form, form.is_bound and form.is_right(purpose, about)
