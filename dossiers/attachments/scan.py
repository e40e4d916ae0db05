"""Scans attachments in a worker: ClamAV where configured, images re-encoded, HEIC as JPEG.

Until it says clean nobody opens the paper. A scanner that is away, a picture that takes the
process down, a lost task: the paper waits and is scanned again after a growing delay.
It wakes no worker: nobody waits for it, and workers do money first.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.background.outbox import Backoff, claim_due
from dossiers.messages.outbox import tell
from dossiers.models import Attachment, PaperState, Refusal

from . import clamav, heic
from .validation import HEIC, JPEG, PDF, Paper, read_upload

logger = logging.getLogger(__name__)
#: Papers of one round; a picture may keep a processor busy for a second.
BATCH = 5
#: Longer than a scan takes. One that takes longer all the same is overtaken and writes nothing.
LEASE = timedelta(minutes=1)
BACKOFF = Backoff.growing(LEASE, timedelta(minutes=16))


class Unreadable(Exception):
    """A picture that does not open: cut off on its way, or none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Scan result. `picture` replaces what was sent; a PDF stays as it is."""

    refusal: str = ""
    picture: bytes = b""


def check_due() -> int:
    """Scan pending papers and return how many have a result; any number of scanners may run at once."""
    answered = 0
    for _round in range(BATCH):
        paper = _claim()
        if paper is None:
            break
        answered += _check(paper)
    return answered


def _claim() -> Attachment | None:
    """Take the next paper; its next attempt comes after the pause that this one would earn by failing."""
    due = Attachment.objects.filter(state=PaperState.PENDING, next_check_at__lte=Now()).order_by("next_check_at", "id")
    for paper in claim_due(due, lease=LEASE, limit=1, field="next_check_at"):
        paper.attempts += 1
        paper.next_check_at = timezone.now() + (BACKOFF.after(paper.attempts) or LEASE)
        paper.save(update_fields=["attempts", "next_check_at"])
        return paper
    return None


def _check(paper: Attachment) -> bool:
    try:
        with paper.file.open() as stored:
            verdict = look_at(stored.read(), paper.content_type)
    except (clamav.ScannerAway, OSError) as error:
        logger.warning("paper %d waits, attempt %d: %s", paper.pk, paper.attempts, error)
        return False
    return _write(paper, verdict)


def read_at_once(upload: UploadedFile[Any]) -> Paper:
    """Validate and scan an upload at once, where few send one file each. Raises ValidationError with what to do."""
    paper = read_upload(upload)
    try:
        verdict = look_at(paper.content, paper.content_type)
    except (clamav.ScannerAway, OSError) as error:
        raise ValidationError(_("Lúc này chưa kiểm tra được tệp. Hãy gửi lại sau ít phút.")) from error
    if verdict.refusal:
        raise ValidationError(Refusal(verdict.refusal).label)
    return replace(paper, content=verdict.picture, content_type=JPEG, suffix=".jpg") if verdict.picture else paper


def look_at(content: bytes, content_type: str) -> Verdict:
    """Scan a paper and return the verdict. Raises ScannerAway, and OSError where a photo could not be converted now."""
    if threat := clamav.scan(content):
        logger.warning("a paper was refused: %s", threat)
        return Verdict(Refusal.INFECTED)
    if content_type == PDF:
        return Verdict()
    try:
        return Verdict(picture=_as_jpeg(heic.opened(content)) if content_type == HEIC else _written_anew(content))
    except heic.NotDecoded:
        return Verdict(Refusal.HEIC)
    except Unreadable:
        return Verdict(Refusal.UNREADABLE)


def _written_anew(content: bytes) -> bytes:
    """Return a picture upright and with nothing but its pixels: no place, no camera, nothing hidden."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as sent:
            upright = ImageOps.exif_transpose(sent)
            if upright.has_transparency_data:  # black writing on nothing must not become black on black
                paper = Image.new("RGBA", upright.size, "white")
                paper.alpha_composite(upright.convert("RGBA"))
                upright = paper
            # Made afresh: of the sent picture's notes (EXIF, XMP, profiles, comments) none comes along.
            clean = Image.new("RGB", upright.size)
            clean.paste(upright.convert("RGB"))
    except Exception as error:  # Pillow raises whatever its decoders run into
        raise Unreadable(str(error)) from error
    return _as_jpeg(clean)


def _as_jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _write(paper: Attachment, verdict: Verdict) -> bool:
    """Keep the verdict if the paper is still there and ours; the file it replaces goes after the commit."""
    storage, sent = paper.file.storage, paper.file.name or ""
    written = ""
    if verdict.picture:
        written = storage.save(str(PurePath(sent).with_suffix(".clean.jpg")), ContentFile(verdict.picture))
    with transaction.atomic(durable=True):
        ours = Attachment.objects.filter(pk=paper.pk, state=PaperState.PENDING, attempts=paper.attempts)
        attachment = ours.select_for_update().first()
        superfluous = sent if attachment and (written or verdict.refusal) else written
        if superfluous:
            transaction.on_commit(lambda: storage.delete(superfluous))
        if attachment is None:
            return False
        attachment.refusal = verdict.refusal
        attachment.state = PaperState.REFUSED if verdict.refusal else PaperState.CLEAN
        if verdict.refusal:
            attachment.file.name = ""
        elif written:
            attachment.file.name, attachment.content_type, attachment.size = written, JPEG, len(verdict.picture)
        attachment.save(update_fields=["state", "refusal", "file", "content_type", "size"])
        if verdict.refusal and attachment.dossier and attachment.dossier.takes_papers_again:
            tell(attachment.dossier, "paper_refused", f"paper:{attachment.pk}")
    return True
