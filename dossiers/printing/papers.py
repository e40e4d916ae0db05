"""Papers of a dossier: which can be printed now, and printing one, counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.audit import record as audit
from agencies.models import User
from dossiers.models import Dossier, HandOver, NoticeKind, Printing, WrittenNotice
from dossiers.states import DossierState

from . import official_forms, slips
from .layout import Sheet, render


@dataclass(frozen=True, slots=True)
class Paper:
    """One kind of printed form: when it exists, and its content."""

    name: str
    label: Promise | str
    sizes: tuple[str, ...]
    exists: Callable[[Dossier], bool]
    sheet: Callable[[Dossier, datetime, str], Sheet]


_NAMES = {
    "bo-sung": NoticeKind.SUPPLEMENT,
    "tu-choi": NoticeKind.REFUSAL,
    "xin-loi": NoticeKind.APOLOGY,
    "dung": NoticeKind.STOP,
}


def _writing(name: str, kind: NoticeKind) -> Paper:
    """The last writing of a kind that was not withdrawn."""

    def last(dossier: Dossier) -> QuerySet[WrittenNotice]:
        return dossier.notices.filter(kind=kind, withdrawn_at=None).select_related("issued_by").order_by("-id")

    return Paper(
        name,
        kind.label,
        ("a4", "a5"),
        lambda dossier: last(dossier).exists(),
        lambda dossier, now, note: official_forms.notice(last(dossier)[0], now, note),
    )


#: States to which a dossier may come that nobody has taken in.
_MAYBE_BEFORE = (
    DossierState.SUBMITTED,
    DossierState.REFUSED,
    DossierState.SUPPLEMENT,
    DossierState.WITHDRAWN,
    DossierState.STOPPED,
)
#: What a step calls for, the first to be printed.
_CALLED_FOR = {
    DossierState.SUPPLEMENT: "bo-sung",
    DossierState.REFUSED: "tu-choi",
    DossierState.STOPPED: "dung",
    DossierState.RETURNED: "bien-nhan",
}


def _is_taken_in(dossier: Dossier) -> bool:
    """The slip says that the office has taken it in: not before it has, nor of what ended or waits before."""
    return dossier.received_at is not None or dossier.state not in _MAYBE_BEFORE


PAPERS = {
    paper.name: paper
    for paper in (
        Paper(
            "bien-nhan",
            _("Biên nhận trả kết quả"),
            ("80", "a5"),
            lambda dossier: HandOver.objects.filter(dossier=dossier).exists(),
            lambda dossier, now, note: slips.release_slip(dossier.hand_over, now, note),
        ),
        Paper(
            "giay-hen",
            _("Giấy tiếp nhận và hẹn trả"),
            ("80", "a5"),
            _is_taken_in,
            slips.reception_slip,
        ),
        *(_writing(name, kind) for name, kind in _NAMES.items()),
        Paper(
            "kiem-soat",
            _("Phiếu kiểm soát quá trình giải quyết"),
            ("a4",),
            lambda dossier: True,
            official_forms.control_sheet,
        ),
    )
}


def offered(dossier: Dossier) -> list[tuple[Paper, int]]:
    """Return the papers there are for a dossier, what its state calls for first, with how often each was printed."""
    printed = list(dossier.printings.values_list("paper", flat=True))
    first = _CALLED_FOR.get(DossierState(dossier.state), "")
    papers = sorted(PAPERS.values(), key=lambda paper: paper.name != first)
    return [(paper, printed.count(paper.name)) for paper in papers if paper.exists(dossier)]


def print_paper(dossier: Dossier, paper: Paper, size: str, *, actor: User) -> bytes:
    """Return a paper as PDF and count the print; from the second on it says which copy it is."""
    now = timezone.now()
    with transaction.atomic():
        Printing.objects.create(dossier=dossier, paper=paper.name, actor=actor)
        subject = f"dossier:{dossier.code}"
        audit.record("paper_printed", subject, actor=actor, agency=dossier.agency, paper=paper.name)
    number = dossier.printings.filter(paper=paper.name).count()
    return render(paper.sheet(dossier, now, f"Bản in lần {number}" if number > 1 else ""), size)
