"""Printing a paper: a POST, because each print is counted."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from ..papers import PAPERS, print_paper
from .access import Staff, for_staff


@require_POST
@for_staff
def print_one(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Return `giay` on paper of size `kho` as a PDF to print."""
    dossier = staff.dossier_to_serve(code)
    paper, size = PAPERS.get(request.POST.get("giay", "")), request.POST.get("kho", "")
    if paper is None or size not in paper.sizes or not paper.exists(dossier):
        raise Http404
    response = HttpResponse(print_paper(dossier, paper, size, actor=staff.user), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{paper.name}-{dossier.code}.pdf"'
    return response
