"""An application filled in step by step."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from agencies.models import Agency
from dossiers.models import Draft
from procedures.models import ProcedureCase, Question
from tests.support import factories
from tests.support.schedules import schedule

PERSON = {"owner_name": "Nguyễn Thị Bình", "owner_identity_number": "025190000123", "owner_phone": "0912 345 678"}


def asking(agency: Agency) -> ProcedureCase:
    """Make a procedure of 10,000 đ with two questions of its own and one paper that must come."""
    made = factories.case()
    made.procedure.agencies.add(agency)
    fees = schedule(made, 10_000, timezone.localdate() - timedelta(days=9))
    fees.state = "active"
    fees.save()
    Question.objects.create(procedure=made.procedure, slug="child", label="Họ và tên trẻ")
    Question.objects.create(
        procedure=made.procedure, slug="born", label="Ngày sinh", kind="date", day_lies="past", position=1
    )
    made.procedure.documents.create(name="Giấy chứng sinh", is_required=True)
    return made


def picture(size: tuple[int, int] = (40, 30), **more: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG", **more)
    return SimpleUploadedFile("giay.jpg", out.getvalue(), "image/jpeg")


def begun(browser: Client, case: ProcedureCase) -> Draft:
    answer = browser.post(f"/nop-ho-so/{case.slug}/", PERSON)
    assert answer.status_code == 302, answer.content.decode()
    return Draft.objects.latest("id")


def filled(browser: Client, case: ProcedureCase, agency: Agency) -> Draft:
    draft = begun(browser, case)
    matter = {"agency": agency.pk, "q_child": "Nguyễn An", "q_born": "1/9/2026"}
    assert browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter).headers["Location"].endswith("/giay-to/")
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/them/", {"requirement": "Giấy chứng sinh", "files": [picture()]})
    done = browser.post(f"/ho-so-nhap/{draft.code}/giay-to/", {"return_method": "counter"})
    assert done.headers["Location"].endswith("/xem-lai/")
    return draft
