"""Submitting in steps: saved as one goes, taken up elsewhere, handed in once, with its papers in one transaction."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Agency
from dossiers.attachments import store as attachments
from dossiers.models import Attachment, Dossier, Draft, PostageRate
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.submission import drafts
from dossiers.submission.forms import MatterForm
from procedures.models import ProcedureCase, Question
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.submitting import PERSON, begun, filled, picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_child_is_not_born_tomorrow(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    draft = begun(browser, case)
    matter = {"agency": agency.pk, "q_child": "Nguyễn An", "q_born": "01/12/2090"}
    wrong = browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter)
    assert wrong.status_code == 422
    assert "Ngày 01/12/2090 chưa tới." in wrong.content.decode()
    assert browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter | {"q_born": "1/9/2020"}).status_code == 302


def test_every_day_the_procedures_ask_for_says_where_it_lies() -> None:
    """A birth, a death, a marriage, an issue: whoever adds a question of a day says it."""
    with (settings.PROVINCE_DATA / "questions.csv").open(encoding="utf-8") as file:
        days = [row for row in csv.DictReader(file) if row["kind"] == "date"]
    assert days and all(row["day_lies"] for row in days)


@pytest.mark.parametrize("code", ["2.000635", "2.002516"])
def test_who_asks_for_an_extract_says_whose_which_when_and_where(code: str) -> None:
    with (settings.PROVINCE_DATA / "questions.csv").open(encoding="utf-8") as file:
        slugs = {row["slug"] for row in csv.DictReader(file) if row["procedure_code"] == code and row["is_required"]}
    assert slugs >= {"record_kind", "record_name", "record_on", "registered_at"}


def test_nothing_of_a_number_is_an_answer(case: ProcedureCase, agency: Agency) -> None:
    Question.objects.create(procedure=case.procedure, slug="sons", label="Số con", kind="number", position=2)
    form = MatterForm(case, {"agency": agency.pk, "q_child": "Nguyễn An", "q_born": "1/9/2026", "q_sons": "0"})
    assert form.is_valid(), form.errors
    assert ("Số con", "0") in form.answers()


def test_step_by_step_to_a_dossier_with_its_answers_and_papers(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    draft = filled(browser, case, agency)
    page = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode()
    for words in ("Nguyễn Thị Bình", "0912 345 678", "Nguyễn An", "01/09/2026", "giay.jpg", "10.000"):
        assert words in page
    done = browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    dossier = Dossier.objects.get()
    assert done.headers["Location"] == f"/ho-so/{dossier.code}/"
    assert dossier.answers == [["Họ và tên trẻ", "Nguyễn An"], ["Ngày sinh", "01/09/2026"]]
    assert (dossier.owner_phone, dossier.agency, dossier.fee_total) == ("+84912345678", agency, 10_000)
    paper = dossier.attachments.get()
    assert (paper.requirement, paper.draft) == ("Giấy chứng sinh", None)
    draft.refresh_from_db()
    assert draft.answers == {}, "a draft handed in keeps nothing of the person"
    assert "Mã PIN" in browser.get(done.headers["Location"]).content.decode()


def test_the_review_names_the_papers_that_are_missing_and_those_of_no_use(case: ProcedureCase, agency: Agency) -> None:
    case.procedure.documents.create(name="Giấy chứng nhận kết hôn", is_required=False, position=1)
    case.procedure.documents.create(name="Giấy ủy quyền", is_required=False, position=2)
    browser = Client()
    draft = filled(browser, case, agency)
    adding = f"/ho-so-nhap/{draft.code}/giay-to/them/"
    browser.post(adding, {"requirement": "Giấy ủy quyền", "files": [picture()]})
    Attachment.objects.filter(requirement="Giấy ủy quyền").update(state="refused", refusal="unreadable")
    page = re.sub(r"\s+|<[^>]+>", " ", browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode())
    papers = re.sub(r"\s+", " ", page[page.index("Giấy tờ kèm theo") :])
    assert "Giấy chứng sinh ✓ giay.jpg" in papers
    assert "Giấy chứng nhận kết hôn Chưa gửi tệp nào (không bắt buộc)" in papers
    assert re.search(r"Giấy ủy quyền giay.jpg: Ảnh bị hỏng[^<]+ Chưa gửi tệp nào", papers)


def test_what_the_post_takes_stands_beside_the_choice_of_it(case: ProcedureCase) -> None:
    PostageRate.objects.create(zone="province", amount=30_000, valid_during=factories.FOREVER, source="x")
    browser = Client()
    draft = begun(browser, case)
    page = browser.get(f"/ho-so-nhap/{draft.code}/giay-to/").content.decode().replace("\u00a0", " ")
    choice = page.partition('for="id_return_method"')[2].partition("<select")[0]
    assert "Qua bưu điện: Cước thu hộ bưu điện" in choice and "30.000 đ" in choice


def test_what_is_wrong_is_kept_and_said_and_the_way_back_loses_nothing(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    draft = begun(browser, case)
    wrong = browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", {"agency": agency.pk, "q_born": "31/31/2026"})
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "data-error-summary" in page and "31/31/2026" in page
    back = browser.get(f"/ho-so-nhap/{draft.code}/nguoi-nop/").content.decode()
    assert 'value="Nguyễn Thị Bình"' in back and "0912 345 678" in back
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers_json FROM dossiers_draft")
        assert "025190000123" not in cursor.fetchone()[0]
    unfinished = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/")
    assert unfinished.headers["Location"].endswith("/noi-dung/")
    browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", {"agency": agency.pk, "q_child": "An", "q_born": "1-9-2026"})
    missing = browser.post(f"/ho-so-nhap/{draft.code}/giay-to/", {"return_method": "counter"})
    assert missing.status_code == 422 and "Còn thiếu giấy tờ: Giấy chứng sinh" in missing.content.decode()
    assert browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/").headers["Location"].endswith("/giay-to/")
    assert not Dossier.objects.exists()


def test_a_draft_is_opened_by_its_own_browser_only(case: ProcedureCase) -> None:
    draft = begun(Client(), case)
    stranger = Client()
    for address in ("nguoi-nop", "noi-dung", "giay-to", "xem-lai"):
        for method in (stranger.get, stranger.post):
            assert method(f"/ho-so-nhap/{draft.code}/{address}/").headers["Location"] == "/nop-ho-so/dien-tiep/"


def test_another_phone_goes_on_with_code_and_one_time_code(case: ProcedureCase, settings: Any) -> None:
    draft = begun(Client(), case)
    phone = Client()
    typed = draft.code.replace("-", " ").lower()
    answer = phone.post("/nop-ho-so/dien-tiep/", {"draft": typed})
    made_up = Client().post("/nop-ho-so/dien-tiep/", {"draft": "AAAA-AAAA"})
    assert answer.headers["Location"] == made_up.headers["Location"] == "/nop-ho-so/dien-tiep/ma/"
    one_time_codes.send_waiting()
    (line,) = [json.loads(line) for line in settings.MESSAGE_FILE.read_text().splitlines()]
    code = re.search(r"\d{6}", line["text"])[0]  # type: ignore[index]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert phone.post("/nop-ho-so/dien-tiep/ma/", {"one_time_code": wrong}).status_code == 422
    opened = phone.post("/nop-ho-so/dien-tiep/ma/", {"one_time_code": code})
    assert opened.headers["Location"] == f"/ho-so-nhap/{draft.code}/noi-dung/"
    assert phone.get(opened.headers["Location"]).status_code == 200
    assert Client().post("/nop-ho-so/dien-tiep/ma/", {"one_time_code": code}).status_code == 302


def test_the_button_pressed_many_times_is_one_dossier(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    draft = filled(browser, case, agency)
    copies = [drafts.completed(Draft.objects.select_related("case__procedure").get(pk=draft.pk)) for _ in range(6)]
    made = at_once(6, lambda number: drafts.hand_in(copies[number]))
    assert len({dossier.pk for dossier, _pin in made}) == 1
    assert sum(bool(pin) for _dossier, pin in made) == 1
    assert Attachment.objects.get().dossier == Dossier.objects.get()
    again = browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    assert again.headers["Location"] == f"/ho-so/{Dossier.objects.get().code}/"


def test_a_submission_that_fails_leaves_draft_and_papers(
    case: ProcedureCase, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = Draft.objects.get(pk=filled(Client(), case, agency).pk)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("dossiers.submission.submit.bill_quote", broken)
    with pytest.raises(RuntimeError):
        drafts.hand_in(drafts.completed(draft))
    draft.refresh_from_db()
    assert not Dossier.objects.exists() and draft.answers and Attachment.objects.get().draft == draft


def test_each_file_is_checked_by_itself_and_the_good_ones_stay(case: ProcedureCase) -> None:
    browser = Client()
    draft = begun(browser, case)
    program = SimpleUploadedFile("anh.jpg", b"MZ\x90\x00 this is no picture", "image/jpeg")
    files = [picture(), program]
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/them/", {"requirement": "Giấy chứng sinh", "files": files})
    page = browser.get(f"/ho-so-nhap/{draft.code}/giay-to/").content.decode()
    assert "anh.jpg: Chỉ nhận ảnh JPG, PNG, HEIC hoặc tệp PDF." in page and "✓ giay.jpg" in page
    kept = Attachment.objects.get()
    bomb = picture((9000, 9000))
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/them/", {"requirement": "Giấy chứng sinh", "files": [bomb]})
    assert Attachment.objects.count() == 1
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/{kept.pk}/bo/")
    assert not Attachment.objects.exists() and not Path(kept.file.path).exists()


def test_a_draft_of_thirty_days_ago_is_forgotten_with_its_files(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    draft = filled(browser, case, agency)
    path = Path(Attachment.objects.get().file.path)
    assert drafts.forget_expired() == 0
    Draft.objects.update(expires_at=timezone.now())
    assert browser.get(f"/ho-so-nhap/{draft.code}/noi-dung/").headers["Location"] == "/nop-ho-so/dien-tiep/"
    assert drafts.forget_expired() == 1
    assert not path.exists() and not Attachment.objects.exists()


def test_the_next_at_a_shared_computer_sees_nothing_of_the_last(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    browser.post(f"/ho-so-nhap/{filled(browser, case, agency).code}/xem-lai/")
    page = browser.get(f"/nop-ho-so/{case.slug}/").content.decode()
    assert not [typed for typed in PERSON.values() if typed in page]


@override_settings(DATA_UPLOAD_MAX_NUMBER_FILES=2)
def test_no_more_papers_than_a_draft_may_carry(case: ProcedureCase, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    draft = begun(browser, case)
    monkeypatch.setattr(attachments, "MOST_PAPERS", 1)
    files = [picture(), picture()]
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/them/", {"requirement": "Giấy chứng sinh", "files": files})
    assert Attachment.objects.count() == 1
    assert "Mỗi hồ sơ gửi được 1 tệp" in browser.get(f"/ho-so-nhap/{draft.code}/giay-to/").content.decode()


def test_a_number_that_looks_wrong_is_asked_about_once_and_goes_through(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    draft = filled(browser, case, agency)
    answers = draft.answers["nguoi-nop"] | {"owner_identity_number": ["003290000123"]}
    draft.answer("nguoi-nop", answers)
    page = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode()
    assert "Số giấy tờ: Ba số đầu 003 không phải mã tỉnh nào." in page
    assert "năm sinh là 2090" in page
    browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    assert Dossier.objects.get().owner_identity_number == "003290000123"


def test_handing_in_reads_the_fees_once_for_the_form_and_once_for_the_price(
    case: ProcedureCase, agency: Agency
) -> None:
    browser = Client()
    draft = filled(browser, case, agency)
    for method, dossiers in (("get", 0), ("post", 1)):
        with CaptureQueriesContext(connection) as queries:
            getattr(browser, method)(f"/ho-so-nhap/{draft.code}/xem-lai/")
        assert Dossier.objects.count() == dossiers
        reads = [query["sql"] for query in queries if 'FROM "procedures_feerule"' in query["sql"]]
        assert len(reads) == 2, reads
