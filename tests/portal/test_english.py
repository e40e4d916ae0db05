"""English is complete: nothing is missing from the catalogue, and no Vietnamese is left on the pages."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.models import Receipt
from portal.assets import translations
from procedures.models import Exemption
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.schedules import schedule
from tests.support.submitting import begun, picture

VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")
#: Names stay as they are in every language.
NAMES = ("Một Cửa", "Phú Thọ", "Tiếng Việt", "Nguyễn", "Thị", "Bình", "Phường", "Việt Trì", "đồng")


def english() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def left_over(page: str) -> list[str]:
    page = re.sub(r'<span lang="vi">[^<]*</span>', " ", page)  # what is said to be Vietnamese
    text = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", page, flags=re.S)
    for name in NAMES:
        text = text.replace(name, " ")
    return [word for word in text.split() if VIETNAMESE.search(word)]


def test_every_message_is_translated_with_its_placeholders() -> None:
    assert translations.faults(settings.BASE_DIR) == []


def test_a_missing_translation_and_a_wrong_placeholder_are_found(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    for app in translations.APPS:
        (tmp_path / app).mkdir()
    (tmp_path / "portal" / "words.py").write_text('_("Xin chào"); _("Còn %(n)s"); _("Tốt")')
    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "Còn %(n)s"\nmsgstr "%(m)s left"\n\nmsgid "Tốt"\nmsgstr "Good"\n')
    translations.update(tmp_path)
    assert {(fault.message, fault.why) for fault in translations.faults(tmp_path)} == {
        ("Xin chào", "is not translated"),
        ("Còn %(n)s", "has other placeholders"),
    }


@pytest.mark.django_db(transaction=True)
def test_no_vietnamese_is_left_on_the_pages_in_english() -> None:
    lines = [NewLine("A", "phi", "Copy", 150_000)]
    payment = factories.payment(of=factories.bill(description="Certified copy", lines=lines))
    paths = [
        "/",
        "/thu-tuc/",
        "/tra-cuu/",
        "/huong-dan/",
        "/huong-dan/tu-dung/",
        "/xac-minh/",
        "/tai-khoan/login/",
        "/thong-ke/",
        "/nop-nhieu-ho-so/",
    ]
    bill = f"/thanh-toan/{payment.bill.token}/"
    pay_pages = [bill, *(f"/{name}/{payment.bill.token}/" for name in ("nop-tai-quay", "bao-bi-tru-tien"))]
    for path in [*paths, *pay_pages]:
        assert left_over(english().get(path).content.decode()) == [], path
    post(confirm(payment))
    inbox.drain_all()
    for path in (bill, f"/bien-lai/{Receipt.objects.get().token}/"):
        page = english().get(path).content.decode()
        assert left_over(page) == [], path
    assert "150,000" in page


@pytest.mark.django_db
def test_the_switch_changes_the_language_and_comes_back_to_the_page() -> None:
    client = Client()
    assert 'lang="vi"' in client.get("/huong-dan/").content.decode()
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/huong-dan/"})
    assert answer.headers["Location"] == "/huong-dan/"
    page = client.get("/huong-dan/").content.decode()
    assert '<html lang="en">' in page
    assert "Pay in four steps" in page


@pytest.mark.django_db
def test_the_browser_does_not_choose_the_language() -> None:
    page = Client(headers={"Accept-Language": "en-US"}).get("/").content.decode()
    assert '<html lang="vi">' in page


def test_a_compiled_catalogue_is_built_when_it_is_missing_or_not_of_its_source(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, compiled = folder / "django.po", folder / "django.mo"
    source.write_text('msgid "Tốt"\nmsgstr "Good"\n')
    assert translations.compile_stale(tmp_path) == [compiled]
    assert translations.compile_stale(tmp_path) == []
    assert GNUTranslations(compiled.open("rb")).gettext("Tốt") == "Good"
    source.write_text('msgid "Tốt"\nmsgstr "Fine"\n')
    os.utime(source, (0, 0))  # as a copy that keeps the times of an older tree
    assert translations.compile_stale(tmp_path) == [compiled]
    assert GNUTranslations(compiled.open("rb")).gettext("Tốt") == "Fine"
    assert [path.name for path in folder.iterdir() if path not in (source, compiled)] == []


@pytest.mark.django_db(transaction=True)
def test_names_of_a_province_are_english_or_marked_on_the_way_to_paying() -> None:
    agency, case = factories.agency(), factories.case()
    case.name, case.procedure.name_en = "Đăng ký khai sinh quá hạn", "Birth registration"
    case.save()
    case.procedure.save()
    case.procedure.agencies.add(agency)
    case.procedure.documents.create(name="Giấy chứng sinh", is_required=True)
    fees = schedule(case, 10_000, timezone.localdate() - timedelta(days=9))
    Exemption.objects.create(schedule=fees, group="ho-ngheo", name="Hộ nghèo", evidence="giấy chứng nhận hộ nghèo")
    Exemption.objects.create(schedule=fees, group="khac", name="Diện đặc biệt", evidence="giấy tờ khác")
    fees.state = "active"
    fees.save()
    browser = english()
    paths = [f"/thu-tuc/{case.procedure.code}/", f"/nop-ho-so/{case.slug}/"]
    draft = begun(browser, case)
    paths += [f"/ho-so-nhap/{draft.code}/{step}/" for step in ("noi-dung", "giay-to")]
    pages = {path: browser.get(path).content.decode() for path in paths}
    matter = {"agency": agency.pk, "fee_questions": "ho-ngheo khac", "groups": ["khac"]}
    assert browser.post(paths[2], matter).status_code == 302
    browser.post(f"{paths[3]}them/", {"requirement": "Giấy chứng sinh", "files": picture()})
    browser.post(paths[3], {"return_method": "counter"})
    pages["review"] = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode()
    assert "Late birth registration" in pages[paths[0]] and "Poor household" in pages[paths[0]]
    assert '<span lang="vi">Diện đặc biệt</span>' in pages[paths[0]]
    assert "Birth notification of the hospital" in pages[paths[3]]
    for path, page in pages.items():
        # Countries and communes to choose from are proper names; a căn cước is called so in English, too.
        without_places = re.sub(r"<select.*?</select>", "", page, flags=re.S).replace("căn cước", "")
        assert left_over(without_places) == [], path
