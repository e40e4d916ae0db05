"""Validates an upload during the request: name, type by content, size and pixels. Nothing is decoded."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import puremagic
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from . import heic, pdf_checks

MAX_BYTES = 10 * 1024 * 1024
PDF, JPEG, PNG, HEIC = "application/pdf", "image/jpeg", "image/png", "image/heic"
#: Endings a kind may come with. Phones call a screenshot .jpg that is a PNG, and some send no ending at all.
_PICTURE_ENDINGS = ("", ".jpg", ".jpeg", ".jfif", ".png", ".heic", ".heif", ".hif")
ENDINGS = {PDF: ("", ".pdf"), JPEG: _PICTURE_ENDINGS, PNG: _PICTURE_ENDINGS, HEIC: _PICTURE_ENDINGS}
STORED_ENDING = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", HEIC: ".heic"}
#: A progressive JPEG has a dozen; each costs a walk over the whole picture. The video a phone hangs behind
#: its picture holds the same two bytes by chance, once in 64 KiB.
MOST_SCANS = 300
_SCAN = b"\xff\xda"
#: A kind shows in its first bytes.
HEAD = 4096
#: What says what is wrong with a kind; pictures of other kinds are opened by Pillow.
_FAULTS = {PDF: pdf_checks.fault_of, HEIC: heic.fault_of}
_NO_KIND = _("Chỉ nhận ảnh JPG, PNG, HEIC hoặc tệp PDF.")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it was sent: `content` is what we store, `name` only what we show."""

    name: str
    content: bytes
    content_type: str
    suffix: str


def read_upload(upload: UploadedFile[Any]) -> Paper:
    """Return an upload fit to be scanned (`scan`). Raises ValidationError with what to do."""
    if (upload.size or 0) > MAX_BYTES:
        raise forms.ValidationError(_("Tệp lớn hơn 10 MB. Hãy chụp lại ở cỡ nhỏ hơn."))
    content = upload.read()
    name = "".join(c for c in PurePath(upload.name or "").name if c.isprintable())[:150] or "giay-to"
    kind = _kind_of(content)
    if kind is None or PurePath(name).suffix.lower() not in ENDINGS[kind]:
        raise forms.ValidationError(_NO_KIND)
    if kind in _FAULTS:
        if fault := _FAULTS[kind](content):
            raise forms.ValidationError(fault)
    else:
        _refuse_giant(content)
    return Paper(name, content, kind, STORED_ENDING[kind])


def _kind_of(content: bytes) -> str | None:
    if heic.is_heic(content):
        return HEIC
    try:
        matches = puremagic.magic_string(content[:HEAD])
    except (puremagic.PureError, ValueError):  # nothing it knows, or nothing at all
        return None
    mime_types = {match.mime_type for match in matches}
    return next((kind for kind in ENDINGS if kind in mime_types), None)


def _refuse_giant(content: bytes) -> None:
    """Read the size a picture claims; a bomb is refused before it is unpacked."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            is_giant = picture.width * picture.height > heic.MAX_PIXELS
            is_giant |= picture.format == "JPEG" and content.count(_SCAN) > MOST_SCANS
    except Image.DecompressionBombError:
        is_giant = True
    except (OSError, ValueError, SyntaxError) as error:
        raise forms.ValidationError(_NO_KIND) from error
    if is_giant:
        raise forms.ValidationError(_("Ảnh quá lớn. Hãy chụp lại ở cỡ nhỏ hơn."))
