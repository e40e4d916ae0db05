"""The files behind loaded rows: one photograph and one scan, which most of them share."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path, PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

_SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
#: By sort: the name in the store, and the size in bytes.
Samples = dict[str, tuple[str, int]]


def lay_down() -> Samples:
    """Put the files into the store, where they are not there yet."""
    made = {"result": ("results/mau/ket-qua.pdf", _SCAN), "scan": ("attachments/mau/ban-quet.pdf", _SCAN)}
    made["photo"] = "attachments/mau/anh-chup.jpg", _photograph()
    for name, data in made.values():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))
    return {sort: (name, len(data)) for sort, (name, data) in made.items()}


def copy_of(name: str, number: int) -> str:
    """Return a name of its own for a file in the store: who deletes one leaves the others."""
    path = PurePath(name)
    own = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    target = Path(default_storage.path(own))
    if not target.exists():
        target.hardlink_to(default_storage.path(name))
    return own


def _photograph() -> bytes:
    """A paper on a table: lines where words would be, so that nobody's data are on it."""
    picture = Image.new("RGB", (900, 1200), (122, 98, 76))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((70, 60, 830, 1140), fill=(246, 244, 236))
    draw.rectangle((300, 120, 600, 140), fill=(60, 60, 70))
    for line in range(26):
        width = 600 if line % 5 else 380
        draw.rectangle((140, 210 + 32 * line, 140 + width, 218 + 32 * line), fill=(120, 120, 128))
    draw.ellipse((560, 980, 720, 1110), outline=(190, 40, 40), width=8)
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
