"""The second look at a paper, by a worker: until it says clean nobody opens it, and a refused one says why."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from dossiers.attachments import scan, validation
from dossiers.attachments import store as attachments
from dossiers.models import Attachment, Dossier, Draft, Message, PaperState, Refusal
from dossiers.submission import drafts
from dossiers.tasks import check_papers
from portal.settings.environment import socket_address
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.uploads import ARCHIVE_END, SCRIPT, half_a_picture, picture, scan_of_two_pages

pytestmark = pytest.mark.django_db(transaction=True)
#: The file every scanner knows, in two parts so that this one is not found.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def sent(content: bytes, to: Draft | Dossier | None = None, name: str = "giay.jpg") -> Attachment:
    paper = validation.read_upload(SimpleUploadedFile(name, content))
    return attachments.attach(paper, to or factories.dossier(), "Giấy chứng sinh")


def stored(settings: Any) -> list[str]:
    return [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_picture_is_written_anew_upright_and_without_what_it_says_of_its_sender(settings: Any) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "taken at home", 6
    content = picture(exif=exif, comment=SCRIPT, icc_profile=b"profile of a camera") + ARCHIVE_END
    paper = sent(content)
    assert check_papers() == 1
    paper.refresh_from_db()
    clean = paper.file.read()
    assert (paper.state, paper.content_type, paper.size) == (PaperState.CLEAN, "image/jpeg", len(clean))
    for hidden in (b"taken at home", b"script", b"profile", ARCHIVE_END, b"Exif"):
        assert hidden in content and hidden not in clean
    assert Image.open(io.BytesIO(clean)).size == (30, 40)
    assert stored(settings) == [Path(paper.file.path).name], "what was sent is gone"
    assert check_papers() == 0


def test_black_writing_on_nothing_stays_readable() -> None:
    drawn = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), (0, 0, 20, 30))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    read = Image.open(io.BytesIO(scan.look_at(out.getvalue(), "image/png").picture)).convert("L")
    black, white = read.getpixel((5, 15)), read.getpixel((35, 15))
    assert isinstance(black, int | float) and isinstance(white, int | float)
    assert black < 40 and white > 215


def test_a_broken_picture_is_missing_again_and_its_sender_is_told_what_to_do(settings: Any) -> None:
    draft = factories.draft(factories.case())
    draft.case.procedure.documents.create(name="Giấy chứng sinh", is_required=True)
    sent(half_a_picture(), draft)
    assert drafts.missing_papers(draft) == [], "who sends it goes on while it waits"
    check_papers()
    assert Attachment.objects.get().refusal == Refusal.UNREADABLE
    assert drafts.missing_papers(draft) == ["Giấy chứng sinh"]
    assert stored(settings) == []


@contextmanager
def clamd(path: Path) -> Iterator[list[bytes]]:
    """A scanner that speaks INSTREAM as clamd(8) does and knows EICAR; yields what it was sent."""
    listening, heard = socket.socket(socket.AF_UNIX), list[bytes]()
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        while True:
            try:
                talk = listening.accept()[0].makefile("rwb")
            except OSError:
                return
            assert talk.read(10) == b"zINSTREAM\0"
            content = b""
            while length := struct.unpack("!I", talk.read(4))[0]:
                content += talk.read(length)
            heard.append(content)
            talk.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
            talk.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def test_a_virus_is_deleted_told_of_once_and_the_paper_sent_anew_in_its_place(tmp_path: Path, settings: Any) -> None:
    settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
    dossier = factories.dossier()
    with clamd(tmp_path / "clamd") as heard:
        large = scan_of_two_pages().replace(b"%%EOF", b"%" * 200_000 + b"\n%" + EICAR + b"\n%%EOF")
        refused = sent(large, dossier, "quet.pdf")
        assert check_papers() == 1
        assert heard == [large]
    refused.refresh_from_db()
    assert (refused.state, refused.refusal, stored(settings)) == (PaperState.REFUSED, Refusal.INFECTED, [])
    assert Message.objects.filter(kind="paper_refused", dossier=dossier).count() == 1
    browser = Client()
    browser.get(f"/giay-hen/{dossier.slip_token}/")
    page = browser.get(f"/ho-so/{dossier.code}/").content.decode()
    assert "Tệp có mã độc" in page and "Tệp quet.pdf không dùng được." in page
    other = SimpleUploadedFile("moi.jpg", picture())
    browser.post(f"/ho-so/{dossier.code}/bo-sung/them/", {"instead": refused.pk, "files": [other]})
    paper = dossier.attachments.get()
    assert (paper.name, paper.requirement, paper.state) == ("moi.jpg", "Giấy chứng sinh", PaperState.PENDING)
    assert "đang kiểm tra" in browser.get(f"/ho-so/{dossier.code}/").content.decode()


def test_files_that_are_sent_one_by_one_are_looked_at_twice_at_once(tmp_path: Path, settings: Any) -> None:
    paper = scan.read_at_once(SimpleUploadedFile("anh.png", picture("PNG")))
    assert (paper.content_type, paper.suffix, paper.content[:3]) == ("image/jpeg", ".jpg", b"\xff\xd8\xff")
    with pytest.raises(ValidationError, match="bị hỏng"):
        scan.read_at_once(SimpleUploadedFile("anh.jpg", half_a_picture()))
    settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
    virus = scan_of_two_pages().replace(b"%%EOF", b"%" + EICAR + b"\n%%EOF")
    with pytest.raises(ValidationError, match="chưa kiểm tra được"):
        scan.read_at_once(SimpleUploadedFile("a.pdf", virus))
    with clamd(tmp_path / "clamd"), pytest.raises(ValidationError, match="mã độc"):
        scan.read_at_once(SimpleUploadedFile("a.pdf", virus))


def test_what_is_refused_of_a_dossier_that_is_over_stays_as_it_is() -> None:
    dossier = factories.dossier(state=9)
    refused = sent(half_a_picture(), dossier)
    check_papers()
    assert not Message.objects.filter(kind="paper_refused").exists()
    browser = Client()
    browser.get(f"/giay-hen/{dossier.slip_token}/")
    for number in (str(refused.pk), "x", "9" * 30):
        files = [SimpleUploadedFile("moi.jpg", picture())]
        browser.post(f"/ho-so/{dossier.code}/bo-sung/them/", {"instead": number, "files": files})
    assert dossier.attachments.get() == refused


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0"], ids=["hangs up", "cannot say"])
def test_without_a_yes_the_paper_waits_and_is_looked_at_again(answer: bytes, tmp_path: Path, settings: Any) -> None:
    settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
    paper = sent(picture())
    assert check_papers() == 0  # nobody listens
    Attachment.objects.update(next_check_at=timezone.now())
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "clamd"))
        listening.listen()

        def refuse() -> None:
            talk = listening.accept()[0]
            talk.recv(100_000)
            talk.sendall(answer)
            talk.close()

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        assert check_papers() == 0
        thread.join(5)
    (tmp_path / "clamd").unlink()
    paper.refresh_from_db()
    assert (paper.state, paper.attempts) == (PaperState.PENDING, 2)
    assert paper.next_check_at > timezone.now() + timedelta(seconds=90), "pauses grow"
    with clamd(tmp_path / "clamd"):
        assert check_papers() == 0, "not before its time"
        Attachment.objects.update(next_check_at=timezone.now())
        assert check_papers() == 1
    paper.refresh_from_db()
    assert paper.state == PaperState.CLEAN


def test_many_workers_give_each_paper_one_answer_and_leave_one_file(settings: Any) -> None:
    dossier = factories.dossier()
    for _ in range(4):
        sent(picture(), dossier)
    assert sum(at_once(4, lambda _: scan.check_due())) == 4
    assert {paper.state for paper in Attachment.objects.all()} == {PaperState.CLEAN}
    assert sorted(stored(settings)) == sorted(Path(paper.file.path).name for paper in Attachment.objects.all())


@pytest.mark.parametrize("meanwhile", ["removed", "overtaken"])
def test_a_look_that_comes_too_late_writes_nothing(
    meanwhile: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = factories.draft(factories.case())
    paper = sent(picture(), draft)
    look = scan.look_at

    def slow(content: bytes, content_type: str) -> scan.Verdict:
        if meanwhile == "overtaken":
            Attachment.objects.update(attempts=9)
        else:
            Draft.objects.update(expires_at=timezone.now())
            assert drafts.forget_expired() == 1
        return look(content, content_type)

    monkeypatch.setattr(scan, "look_at", slow)
    assert check_papers() == 0
    assert stored(settings) == ([Path(paper.file.path).name] if meanwhile == "overtaken" else [])
    assert not Attachment.objects.exclude(state=PaperState.PENDING).exists()


def test_a_scanner_is_named_by_path_or_by_host_and_port() -> None:
    assert [socket_address(text) for text in ("", "/run/clamd.sock", "127.0.0.1:3310")] == [
        None,
        "/run/clamd.sock",
        ("127.0.0.1", 3310),
    ]
    for wrong in ("clamd", "127.0.0.1:", ":3310", "a:b"):
        with pytest.raises(ValueError, match="must be"):
            socket_address(wrong)
