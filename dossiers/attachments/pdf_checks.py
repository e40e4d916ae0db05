"""What a PDF must not hold: a password nobody has, a program, a file within the file, an archive behind its end.

A scan needs none of them. pikepdf (qpdf) opens it as a reader's program would, also where an owner's
password only forbids printing. Names are looked for in every object, however deep.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pikepdf
import pikepdf.settings
from django.utils.translation import gettext_lazy as _

#: Seconds of processor time for one file; a scan takes some milliseconds, three hundred pages of text half a second.
MOST_SECONDS = 3.0
#: Bytes one compressed stream of objects may come to; a scan's come to thousands.
MOST_INFLATED = 8 * 1024 * 1024
#: A ZIP archive appended to a file has its directory's end within so many last bytes.
ZIP_TAIL = 66_000
#: As keys or values, anywhere.
_ACTIVE = frozenset({"/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia"})

LOCKED = _("Tệp PDF có mật khẩu nên cán bộ không mở được. Hãy bỏ mật khẩu, hoặc chụp ảnh từng trang.")
ACTIVE = _("Tệp PDF có chứa chương trình hoặc tệp khác bên trong. Hãy in ra PDF lại, hoặc chụp ảnh từng trang.")
BROKEN = _("Tệp PDF bị hỏng hoặc chưa tải xong. Hãy in ra PDF lại, hoặc chụp ảnh từng trang.")

# Of the whole process, therefore set before any thread opens a file.
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=50,
    parser_max_nesting=100,
    max_stream_filters=4,
    flate_max_memory=MOST_INFLATED,
    png_max_memory=MOST_INFLATED,
    run_length_max_memory=MOST_INFLATED,
    tiff_max_memory=MOST_INFLATED,
)


class _TooSlow(Exception):
    """A file that keeps the processor busy for longer than any paper does."""


def fault_of(content: bytes) -> str:
    """Return what is wrong with a PDF and what to do; empty when it may be kept."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:] or b"PK\x05\x06" in content[-ZIP_TAIL:]:
        return str(BROKEN)
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            is_active = any(name in _ACTIVE for name in _names(document))
            is_empty = not document.pages
    except pikepdf.PasswordError:
        return str(LOCKED)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, _TooSlow):
        return str(BROKEN)  # whatever a binding to a parser raises for what is no PDF
    return str(ACTIVE) if is_active else str(BROKEN) if is_empty else ""


def _names(document: pikepdf.Pdf) -> Iterator[str]:
    """Yield every name of every object. Raises _TooSlow."""
    until = time.thread_time() + MOST_SECONDS
    for indirect in document.objects:
        if time.thread_time() > until:
            raise _TooSlow
        inside = [indirect]
        while inside:
            each = inside.pop()
            if isinstance(each, pikepdf.Name):
                yield str(each)
            elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
                for key, value in each.items():
                    yield key
                    inside += _direct(value)
            elif isinstance(each, pikepdf.Array):
                for value in each:
                    inside += _direct(value)


def _direct(value: object) -> list[pikepdf.Object]:
    """Return a value to look into; one that stands elsewhere has its own turn, a number has nothing."""
    return [value] if isinstance(value, pikepdf.Object) and not value.is_indirect else []
