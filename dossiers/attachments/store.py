"""Stores attachments: each file is validated by itself, and the good ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from agencies.citizens import citizen_of
from core import proof_of_work, rate_limits
from core.rate_limits import Limit
from dossiers.models import Attachment, Dossier, Draft, PaperState
from payments.models.bills import new_token

from .validation import Paper, read_upload

#: Papers one application may carry: as many as any procedure asks for, not as many as a disk holds.
MOST_PAPERS = 20
#: Bytes one person may send in a day, and all of a network before each device works for what it sends: drafts are
#: made by the click, and behind one address there may be a village.
_DAY = timedelta(days=1)
MOST_BYTES = Limit("upload", 400 * 1024 * 1024, _DAY), Limit("upload of a network", 4 * 1024**3, _DAY)
#: Where a script finds the challenge that it has to solve before it sends the file again.
PROOF_WANTED = 428


def attach(paper: Paper, to: Draft | Dossier, requirement: str) -> Attachment:
    """Keep a checked paper with a draft or a dossier."""
    attachment = Attachment(
        draft=to if isinstance(to, Draft) else None,
        dossier=to if isinstance(to, Dossier) else None,
        requirement=requirement,
        name=paper.name,
        content_type=paper.content_type,
        size=len(paper.content),
    )
    attachment.file.save(f"{new_token()}{paper.suffix}", ContentFile(paper.content))
    return attachment


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of files: what is wrong with them, a sentence each; `challenge` where a proof of work comes first."""

    faults: list[str]
    challenge: str = ""


def take(request: HttpRequest, to: Draft | Dossier, requirement: str) -> Taken:
    """Keep the request's `files` that are fit."""
    room = MOST_PAPERS - to.attachments.exclude(state=PaperState.REFUSED).count()
    sender, uploads = _sender(request), request.FILES.getlist("files")
    if sender and not _is_within_network(request, sum(upload.size or 0 for upload in uploads)):
        words = _("Mạng của bạn đang gửi rất nhiều tệp. Hãy bật JavaScript rồi gửi lại, máy sẽ tự kiểm tra.")
        return Taken([words], proof_of_work.challenge())
    faults = []
    for upload in uploads:
        if room <= 0:
            faults.append(_("Mỗi hồ sơ gửi được %(most)d tệp. Hãy gộp bớt các trang.") % {"most": MOST_PAPERS})
            break
        if sender and not MOST_BYTES[0].spend(sender, upload.size or 0):
            faults.append(_("Hôm nay bạn đã gửi quá nhiều tệp. Hãy gửi tiếp ngày mai, hoặc nộp bản giấy tại quầy."))
            break
        try:
            attach(read_upload(upload), to, requirement)
            room -= 1
        except ValidationError as error:
            faults.append(f"{upload.name}: {' '.join(error.messages)}")
    if not request.FILES:
        faults.append(_("Hãy chọn tệp hoặc chụp ảnh trước."))
    return Taken(faults)


def _sender(request: HttpRequest) -> str:
    """Return whose bytes are counted: a citizen's or a browser's; not those of staff, whose every act has a name."""
    citizen = citizen_of(request.user)
    if citizen:
        return f"citizen:{citizen.pk}"
    return "" if request.user.is_authenticated else f"session:{request.session.session_key or rate_limits.here()}"


def _is_within_network(request: HttpRequest, size: int) -> bool:
    """Count for the network, and tell whether its devices need not work yet, or this one has."""
    is_within = MOST_BYTES[1].spend(rate_limits.network(), size)
    return is_within or proof_of_work.is_solved(request.headers.get(proof_of_work.HEADER, ""))


def answer(request: HttpRequest, taken: Taken, page: str, field: str) -> HttpResponse:
    """Lead back to the page, which says what was wrong at the field of this id; a script (`uploads.js`) says it itself.

    A script gets the words, or nothing where all was taken.
    """
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        if taken.challenge:
            return HttpResponse(taken.challenge, status=PROOF_WANTED, content_type="text/plain")
        words = "\n".join(taken.faults)
        return HttpResponse(words, status=422 if words else 204, content_type="text/plain; charset=utf-8")
    for fault in taken.faults:
        messages.error(request, fault, extra_tags=field)
    return redirect(f"{page}#{field}")
