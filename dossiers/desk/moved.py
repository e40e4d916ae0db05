"""Forms of a dossier that has moved since they were opened: refused, with who did what."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.models import Dossier, DossierEvent, EventKind
from dossiers.processing.versions import KINDS

_BY_SOMEBODY = {
    EventKind.STATE_CHANGED: gettext_lazy("%(who)s vừa chuyển hồ sơ này sang “%(state)s” lúc %(time)s."),
    EventKind.SIGNING_ASKED: gettext_lazy("%(who)s vừa trình ký hồ sơ này lúc %(time)s."),
    EventKind.SENT_BACK: gettext_lazy("%(who)s vừa đưa dự thảo của hồ sơ này về để hoàn thiện lúc %(time)s."),
    EventKind.HANDED_OVER: gettext_lazy("%(who)s vừa trả kết quả của hồ sơ này lúc %(time)s."),
    EventKind.STEP_UNDONE: gettext_lazy("%(who)s vừa hoàn tác một bước của hồ sơ này lúc %(time)s."),
    EventKind.HAND_OVER_UNDONE: gettext_lazy("%(who)s vừa nhận lại kết quả của hồ sơ này lúc %(time)s."),
    EventKind.POST_TAKEN_BACK: gettext_lazy("%(who)s vừa ghi là khách đến nhận tại quầy lúc %(time)s."),
}
_BY_NOBODY_HERE = {
    EventKind.STATE_CHANGED: gettext_lazy("Hồ sơ này vừa chuyển sang “%(state)s” lúc %(time)s."),
    EventKind.POST_ORDERED: gettext_lazy("Công dân vừa chọn nhận kết quả qua bưu điện lúc %(time)s."),
    EventKind.POST_CHANGED: gettext_lazy("Công dân vừa đổi địa chỉ nhận kết quả lúc %(time)s."),
    EventKind.POST_TAKEN_BACK: gettext_lazy("Công dân vừa chọn đến nhận kết quả tại quầy lúc %(time)s."),
}


def as_seen(request: HttpRequest, dossier: Dossier, field: str = "seen") -> Dossier:
    """Note which version of a dossier the form that was sent is of; one that names none is of this one."""
    dossier.seen = request.POST.get(field) or dossier.seen
    return dossier


def has_moved(dossier: Dossier) -> bool:
    """Tell whether the form was opened in another version than there is; `staff.dossier` has loaded that one."""
    return dossier.seen != getattr(dossier, "version", dossier.seen)


def warn(request: HttpRequest, dossier: Dossier) -> None:
    """Say on the next page who has moved the dossier, and that nothing was done."""
    messages.warning(request, words(dossier))


def words(dossier: Dossier) -> str:
    """Return what was done last with a dossier, by whom and when, and what to do about it."""
    event = dossier.events.filter(kind__in=KINDS).select_related("actor").order_by("-id").first()
    given = dossier.assignments.select_related("giver", "taker").order_by("-id").first()
    extended = dossier.notices.select_related("issued_by").order_by("-id").first()
    said: list[tuple[datetime, str]] = []
    if event:
        said.append((event.at, _of(event)))
    if given:
        text = _("%(who)s vừa giao hồ sơ này cho %(taker)s lúc %(time)s.")
        said.append((given.at, text % {"who": given.giver, "taker": given.taker, "time": _clock(given.at)}))
    if extended and extended.due_after:
        text = _("%(who)s vừa gia hạn hồ sơ này lúc %(time)s.")
        said.append((extended.issued_at, text % {"who": extended.issued_by, "time": _clock(extended.issued_at)}))
    last = max(said)[1] if said else _("Hồ sơ vừa được người khác chuyển trạng thái.")
    return f"{last} {_('Chưa ghi gì: xem lại rồi làm tiếp.')}"


def _of(event: DossierEvent) -> str:
    kind = EventKind(event.kind)
    sentence = (_BY_SOMEBODY if event.actor else _BY_NOBODY_HERE).get(kind) or _BY_NOBODY_HERE[EventKind.STATE_CHANGED]
    return str(sentence) % {"who": event.actor, "state": event.get_after_display(), "time": _clock(event.at)}


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")
