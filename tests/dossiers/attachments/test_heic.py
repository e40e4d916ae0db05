"""HEIC of browsers that cannot convert it: measured in the request, decoded in a process of its own, kept as JPEG."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import segno
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from dossiers.attachments import heic as photos
from dossiers.attachments import scan, store, validation
from dossiers.desk.scanner.photo_views import code_in
from dossiers.models import Attachment, PaperState, Refusal
from dossiers.submission import drafts
from dossiers.tasks import check_papers
from tests.support import factories
from tests.support.heic import claiming, heic, mosaic, of
from tests.support.signing_in import browser_of

files = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def read(content: bytes, name: str = "IMG_0001.HEIC") -> validation.Paper:
    return validation.read_upload(SimpleUploadedFile(name, content))


def jpeg_of(content: bytes) -> Image.Image:
    verdict = scan.look_at(content, validation.HEIC)
    assert not verdict.refusal
    return Image.open(io.BytesIO(verdict.picture), formats=("JPEG",))


@files
def test_a_photo_of_an_iphone_is_kept_and_read_as_a_jpeg(settings: Any) -> None:
    dossier = factories.dossier()
    paper = store.attach(read(heic((80, 60), exif=_exif("taken at home"))), dossier, "Giấy chứng sinh")
    assert (paper.state, paper.content_type) == (PaperState.PENDING, "image/heic")
    assert check_papers() == 1
    paper.refresh_from_db()
    assert (paper.state, paper.content_type, paper.name) == (PaperState.CLEAN, "image/jpeg", "IMG_0001.HEIC")
    with paper.file.open() as stored:
        content = stored.read()
    assert Image.open(io.BytesIO(content)).format == "JPEG" and b"taken at home" not in content
    officer = browser_of(factories.officer(dossier.agency))
    answer = officer.get(f"/quay/{dossier.code}/giay-to/{paper.pk}/")
    assert 'filename="IMG_0001.jpg"' in answer["Content-Disposition"], "a computer opens a file by its ending"


@pytest.mark.parametrize("name", ["IMG_0001.HEIC", "anh.heif", "anh.jpg", "image:1234"])
def test_a_photo_is_told_by_its_content(name: str) -> None:
    assert read(heic(), name).suffix == ".heic"


def test_it_is_upright_bright_and_no_larger_than_the_script_sends() -> None:
    assert jpeg_of(heic((3200, 64))).size == (1600, 32)
    assert jpeg_of(mosaic(8, 4)).size == (1600, 800), "in tiles, as telephones write them"
    assert jpeg_of(of(Image.new("RGB", (90, 30)), exif=_exif("", turned=6))).size == (30, 90)
    for mode, black in (("RGBA", (0, 0, 0, 0)), ("LA", (0, 0))):
        clear = jpeg_of(heic((32, 32), mode, black)).convert("L").getpixel((16, 16))
        assert isinstance(clear, int | float) and clear > 215, "black writing on nothing stays readable"
    assert jpeg_of(heic((32, 32), "L", 9)).mode == "RGB"


def _exif(words: str, turned: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = words, turned
    return exif.tobytes()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: claiming(heic(), (30_000, 30_000)), "Ảnh quá lớn"),
        (lambda: mosaic(32, 20), "Ảnh quá lớn"),
        (lambda: heic()[:60], "chụp màn hình"),
        (lambda: heic()[:28], "chụp màn hình"),
        (lambda: heic().replace(b"ispe", b"free"), "chụp màn hình"),
        (lambda: heic()[:28] + b"\0\0\0\x08free" * 10_000, "chụp màn hình"),
    ],
    ids=["claims too much", "is too much", "half", "nothing", "of no size", "boxes without end"],
)
def test_what_is_refused_at_once_says_what_to_do(made: Callable[[], bytes], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        read(made())


@pytest.mark.parametrize(
    "made",
    [
        lambda: heic((400, 300))[:-20],
        lambda: claiming(heic((400, 300)), (100, 100)),
        lambda: claiming(mosaic(2, 2), (100, 100)),
        lambda: mosaic(2, 2).replace(struct.pack("!BBBB", 0, 0, 1, 1), struct.pack("!BBBB", 0, 0, 255, 255)),
    ],
    ids=["cut off", "holds more than it claims", "tiles larger than claimed", "tiles that are not there"],
)
@files
def test_what_the_codec_cannot_read_is_missing_again_and_says_what_to_do(made: Callable[[], bytes]) -> None:
    draft = factories.draft(factories.case())
    draft.case.procedure.documents.create(name="Giấy chứng sinh", is_required=True)
    store.attach(read(made()), draft, "Giấy chứng sinh")
    check_papers()
    paper = Attachment.objects.get()
    assert paper.refusal == Refusal.HEIC and "chụp màn hình" in paper.get_refusal_display()
    assert drafts.missing_papers(draft) == ["Giấy chứng sinh"]


def test_who_waits_for_the_answer_gets_it_at_once() -> None:
    paper = scan.read_at_once(SimpleUploadedFile("IMG_0001.HEIC", heic()))
    assert (paper.content_type, paper.suffix, paper.content[:3]) == ("image/jpeg", ".jpg", b"\xff\xd8\xff")
    with pytest.raises(ValidationError, match="chụp màn hình"):
        scan.read_at_once(SimpleUploadedFile("IMG_0001.HEIC", heic()[:-20]))


def test_a_qr_is_read_from_it_too() -> None:
    drawn = io.BytesIO()
    segno.make("abc").save(drawn, kind="png", scale=6)
    assert code_in(of(Image.open(drawn).convert("RGB"))) == "abc"


@pytest.mark.parametrize(("limit", "value"), [("MOST_MEMORY", 200 * 1024**2), ("MAX_PIXELS", 1000)], ids=str)
def test_the_decoder_stops_at_its_limits(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    content = mosaic(16, 16)
    assert photos.opened(content).size == (photos.LONGEST, photos.LONGEST)
    monkeypatch.setattr(photos, limit, value)
    with pytest.raises(photos.NotDecoded):
        photos.opened(content)


@files
def test_where_the_decoder_cannot_work_the_photo_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = store.attach(read(heic()), factories.dossier(), "Giấy chứng sinh")
    for name, broken in (("PATIENCE", 0.001), ("_DECODER", "/nowhere.py")):
        with monkeypatch.context() as patched:
            patched.setattr(photos, name, broken)
            assert check_papers() == 0
            with pytest.raises(ValidationError, match="sau ít phút"):
                scan.read_at_once(SimpleUploadedFile("IMG_0001.HEIC", heic()))
        Attachment.objects.update(next_check_at=timezone.now())
    assert check_papers() == 1
    paper.refresh_from_db()
    assert paper.state == PaperState.CLEAN


@pytest.mark.parametrize(
    "misuse",
    [
        "open('/etc/passwd')",
        "__import__('socket').socket()",
        "__import__('subprocess').run(['true'])",
        "sys.stdout.buffer.write(bytes(10**8)); sys.stdout.flush()",
        "bytearray(2**31)",
        "while True: pass",
    ],
)
def test_a_codec_that_is_taken_over_has_nothing_in_its_hands(
    misuse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder's own program with a codec that does something else."""
    program = Path(photos._DECODER).read_text()
    call = "    try:\n"
    assert program.count(call) == 1
    (tmp_path / "decoder.py").write_text(program.replace(call, f"{call}        {misuse}\n"))
    monkeypatch.setattr(photos, "_DECODER", str(tmp_path / "decoder.py"))
    monkeypatch.setattr(photos, "MOST_SECONDS", 1)
    with pytest.raises(photos.NotDecoded):
        photos.opened(heic())


def test_the_decoder_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for it")
    (tmp_path / "decoder.py").write_text("import os, sys; sys.exit(3 if set(os.environ) <= {'LC_CTYPE'} else 1)")
    monkeypatch.setattr(photos, "_DECODER", str(tmp_path / "decoder.py"))
    with pytest.raises(photos.NotDecoded):
        photos.opened(heic())


@pytest.mark.parametrize("wrote", [b"", b"\0\0", struct.pack("!II", 2, 2) + bytes(11), struct.pack("!II", 1601, 0)])
def test_what_the_decoder_writes_is_believed_only_as_pixels(wrote: bytes) -> None:
    with pytest.raises(photos.NotDecoded):
        photos._read(wrote)
