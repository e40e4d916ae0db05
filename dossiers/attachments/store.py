"""Stores attachments: each file is validated by itself, and the good ones are kept."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from agencies.citizens import citizen_of
from core import rate_limits
from core.rate_limits import Limit
from dossiers.models import Attachment, Dossier, Draft, PaperState
from payments.models.bills import new_token

from .validation import Paper, read_upload

#: Papers one application may carry: as many as any procedure asks for, not as many as a disk holds.
MOST_PAPERS = 20
#: Bytes one person may send in a day, and all of a network: drafts are made by the click.
_DAY = timedelta(days=1)
MOST_BYTES = Limit("upload", 400 * 1024 * 1024, _DAY), Limit("upload of a network", 4 * 1024**3, _DAY)


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


def take(request: HttpRequest, to: Draft | Dossier, requirement: str) -> list[str]:
    """Keep the request's `files` that are fit; return what is wrong with the others, a sentence each."""
    room = MOST_PAPERS - to.attachments.exclude(state=PaperState.REFUSED).count()
    quota = _quota(request)
    faults = []
    for upload in request.FILES.getlist("files"):
        if room <= 0:
            faults.append(_("Mỗi hồ sơ gửi được %(most)d tệp. Hãy gộp bớt các trang.") % {"most": MOST_PAPERS})
            break
        if not all(limit.spend(who, upload.size or 0) for limit, who in quota):
            faults.append(_("Hôm nay bạn đã gửi quá nhiều tệp. Hãy gửi tiếp ngày mai, hoặc nộp bản giấy tại quầy."))
            break
        try:
            attach(read_upload(upload), to, requirement)
            room -= 1
        except ValidationError as error:
            faults.append(f"{upload.name}: {' '.join(error.messages)}")
    if not request.FILES:
        faults.append(_("Hãy chọn tệp hoặc chụp ảnh trước."))
    return faults


def _quota(request: HttpRequest) -> tuple[tuple[Limit, str], ...]:
    """Return what counts for whom: a citizen signed in, else the address; not for staff, whose every act has a name."""
    citizen = citizen_of(request.user)
    if request.user.is_authenticated and not citizen:
        return ()
    sender = f"citizen:{citizen.pk}" if citizen else rate_limits.here()
    return tuple(zip(MOST_BYTES, (sender, rate_limits.network()), strict=True))


def taken(request: HttpRequest, page: str) -> HttpResponse:
    """Lead back to the page. A script (`uploads.js`) loads it by itself, and only then may what was wrong be shown."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=204)
    return redirect(page)
