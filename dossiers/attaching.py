"""Keeping the papers people send: each file is checked by itself, and the good ones stay."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from payments.models.bills import new_token

from .models import Attachment, Dossier, Draft, PaperState
from .uploads import Paper, read_upload

#: Papers one application may carry: as many as any procedure asks for, not as many as a disk holds.
MOST_PAPERS = 20


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
    faults = []
    for upload in request.FILES.getlist("files"):
        if room <= 0:
            faults.append(_("Mỗi hồ sơ gửi được %(most)d tệp. Hãy gộp bớt các trang.") % {"most": MOST_PAPERS})
            break
        try:
            attach(read_upload(upload), to, requirement)
            room -= 1
        except ValidationError as error:
            faults.append(f"{upload.name}: {' '.join(error.messages)}")
    if not request.FILES:
        faults.append(_("Hãy chọn tệp hoặc chụp ảnh trước."))
    return faults


def taken(request: HttpRequest, page: str) -> HttpResponse:
    """Lead back to the page. A script (`uploads.js`) loads it by itself, and only then may what was wrong be shown."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=204)
    return redirect(page)
