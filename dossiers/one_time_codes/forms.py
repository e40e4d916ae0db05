"""Form and helpers that pages with a one-time code share."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from math import ceil

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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

    #: What is said about it: that a code was sent, or that none was, and when one can be.
    sent, refused = "", ""
    #: A code that may be typed has been sent.
    is_asked = False

    @property
    def status(self) -> int:
        """The answer's HTTP status: 422 where something has to be done first."""
        return 422 if self.errors or self.refused else 200

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

    For who has not shown yet that they know the owner: without an address the same work is done for nobody, and who
    measures learns nothing. Return False where so many ask from one network that the form is now asked for a proof of
    work first.
    """
    if not _may_ask(request, form):
        return False
    with suppress(one_time_codes.TooManyCodes):
        one_time_codes.send(purpose, about, address)
    return True


def send_openly(request: HttpRequest, form: ProvenForm, purpose: str, about: str, address: str) -> OneTimeCodeForm:
    """Send a code to the owner of a dossier that this browser has opened; return the form that says whether it went.

    It is `form.challenge` where a proof of work is asked for first.
    """
    code_form = OneTimeCodeForm()
    if not _may_ask(request, form):
        code_form.challenge = form.challenge
        return code_form
    try:
        one_time_codes.send(purpose, about, address)
    except one_time_codes.TooManyCodes as error:
        code_form.is_asked = one_time_codes.may_be_typed(purpose, about)
        code_form.refused = words_for(error, is_one_usable=code_form.is_asked)
    else:
        code_form.is_asked = True
        code_form.sent = _("Chúng tôi vừa nhắn một mã đến số điện thoại ghi trong hồ sơ.")
    return code_form


def words_for(error: one_time_codes.TooManyCodes, *, is_one_usable: bool) -> str:
    """Say that no code was sent, and after which time one can be; and that the one before is still good, if it is."""
    seconds = ceil(error.wait.total_seconds())
    if seconds <= one_time_codes.PAUSE.total_seconds():
        wait = ngettext("Đợi %(n)d giây rồi lấy mã mới.", "Đợi %(n)d giây rồi lấy mã mới.", seconds) % {"n": seconds}
    else:
        minutes = ceil(seconds / 60)
        wait = ngettext(
            "Số điện thoại này đã nhận nhiều mã. Đợi %(n)d phút rồi lấy mã mới.",
            "Số điện thoại này đã nhận nhiều mã. Đợi %(n)d phút rồi lấy mã mới.",
            minutes,
        ) % {"n": minutes}
    before = _("Chưa gửi thêm mã: mã vừa nhắn vẫn dùng được.") if is_one_usable else _("Chưa gửi mã.")
    return f"{before} {wait}"


def asked_for_code(request: HttpRequest, purpose: str, about: str, address: str) -> tuple[OneTimeCodeForm, bool]:
    """Take a step that needs a code: the first POST has one sent, a POST with a code checks and uses it up.

    Return the form to show and whether a right code was typed.
    """
    if request.method != "POST":
        return OneTimeCodeForm(), False
    if "one_time_code" not in request.POST:
        return send_openly(request, ProvenForm(), purpose, about, address), False
    form = OneTimeCodeForm(request.POST)
    form.is_asked = True
    return form, form.is_right(purpose, about)


def _may_ask(request: HttpRequest, form: ProvenForm) -> bool:
    return rate_limits.spend(*rate_limits.of(ASKED)) or form.is_proven(request.POST)
