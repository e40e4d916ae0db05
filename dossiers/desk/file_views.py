"""Files of a dossier: attachments and results. Every download is in the audit."""

from __future__ import annotations

from pathlib import PurePath

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from agencies.audit import record as audit
from dossiers.models import PaperState, Result, SigningRequest

from .access import DeskStaff, for_staff


@require_GET
@for_staff
def citizens_paper(request: HttpRequest, staff: DeskStaff, code: str, number: int) -> HttpResponseBase:
    """Give a paper to who works on the dossier, once it is clean: an image we encoded ourselves, or a PDF.

    It is saved, not shown as a page of ours, and nothing in it may run.
    """
    dossier = staff.dossier_to_decide(code)
    paper = dossier.attachments.filter(pk=number, state=PaperState.CLEAN).first()
    if paper is None or not paper.file.name or not paper.file.storage.exists(paper.file.name):
        raise Http404
    audit.record("read_paper", f"dossier:{code}", actor=staff.user, agency=dossier.agency, paper=number)
    kind = "image/jpeg" if paper.content_type == "image/jpeg" else "application/pdf"
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    # What came as HEIC or PNG is a JPEG by now, and a computer opens a file by its ending.
    name = str(PurePath(paper.name).with_suffix(PurePath(paper.file.name).suffix))
    return FileResponse(paper.file.open(), as_attachment=True, filename=name, content_type=kind, headers=headers)


@require_GET
@for_staff
def result_file(request: HttpRequest, staff: DeskStaff, code: str) -> HttpResponseBase:
    """Give the file of a result to whoever may see the dossier."""
    result = Result.objects.filter(dossier=staff.dossier(code)).first()
    if result is None or not result.file.name or not result.file.storage.exists(result.file.name):
        raise Http404
    audit.record("read_result", f"dossier:{code}", actor=staff.user, agency=result.dossier.agency)
    name = f"ket-qua-{code}{PurePath(result.file.name).suffix}"
    return FileResponse(result.file.open(), as_attachment=True, filename=name)


@require_GET
@for_staff
def draft_file(request: HttpRequest, staff: DeskStaff, code: str, number: int) -> HttpResponseBase:
    """Give the very draft that was put before a signer to who works on the dossier."""
    signing_request = SigningRequest.objects.filter(pk=number, dossier=staff.dossier_to_decide(code)).first()
    if signing_request is None or not signing_request.file.storage.exists(signing_request.file.name or ""):
        raise Http404
    audit.record("read_draft", f"dossier:{code}", actor=staff.user, agency=signing_request.dossier.agency, draft=number)
    name = f"du-thao-{code}-{number}{PurePath(signing_request.file.name or '').suffix}"
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(signing_request.file.open(), as_attachment=True, filename=name, headers=headers)
