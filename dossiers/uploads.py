"""Papers people send: checked by content, images re-encoded so that nothing hides in them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Paper:
    """A checked paper: `content` is what we store, `name` only what we show."""

    name: str
    content: bytes
    content_type: str
    suffix: str


def read_upload(upload: UploadedFile[Any]) -> Paper:
    """Return a safe copy of an upload. Raises ValidationError with what to do."""
    if (upload.size or 0) > MAX_BYTES:
        raise forms.ValidationError(_("Tệp lớn hơn 10 MB. Hãy chụp lại ở cỡ nhỏ hơn."))
    content = upload.read()
    name = "".join(c for c in PurePath(upload.name or "").name if c.isprintable())[:150] or "giay-to"
    if content.startswith(b"%PDF-"):
        return Paper(name, content, "application/pdf", ".pdf")
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
        if image.width * image.height > MAX_PIXELS:
            raise forms.ValidationError(_("Ảnh quá lớn. Hãy chụp lại ở cỡ nhỏ hơn."))
        clean = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, Image.DecompressionBombError, ValueError) as error:
        raise forms.ValidationError(_("Chỉ nhận ảnh JPG, PNG hoặc tệp PDF.")) from error
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=85)
    return Paper(name, out.getvalue(), "image/jpeg", ".jpg")
