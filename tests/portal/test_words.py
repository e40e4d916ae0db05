"""One word for one thing (docs/glossary.md, `/huong-dan/tu-dung/`), and few words where one begins to read."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import strip_tags

from portal.assets import translations

#: A word nobody uses here → the word of the glossary.
INSTEAD = {
    "đơn hàng": "khoản phải nộp",
    "hóa đơn": "biên lai",
    "hoá đơn": "biên lai",
    "giỏ hàng": "khoản phải nộp",
    "người dùng cuối": "người dân",
    "khách hàng": "người nộp",
    "bộ hồ sơ": "hồ sơ",
    "mã giao dịch thanh toán": "mã giao dịch",
    "đăng nhập hệ thống": "đăng nhập",
    "số dư thừa": "tiền thừa",
    "tiền nộp thừa": "tiền thừa",
    "hoàn trả tiền": "hoàn lại",
    "chứng minh thư": "căn cước",
    "email": "thư điện tử",
    "e-mail": "thư điện tử",
    "click": "bấm",
    "nhấp chuột": "bấm",
    "vui lòng": "hãy, xin",
    "quý khách": "bạn",
    "submit": "nộp",
    "upload": "gửi tệp",
    "download": "tải",
    "link": "đường dẫn",
    "website": "trang",
    "login": "đăng nhập",
    "giao dịch viên": "thu ngân",
}
MOST_WORDS_AT_THE_START = 200


def faults(texts: list[str]) -> list[str]:
    return [
        f"{text!r}: “{wrong}” → “{right}”"
        for text in texts
        for wrong, right in INSTEAD.items()
        if re.search(rf"(?<![\w/.-]){re.escape(wrong)}(?![\w/.-])", re.sub(r"%\(\w+\)s", "", text), re.IGNORECASE)
    ]


def test_no_text_of_the_site_uses_a_second_word_for_one_thing() -> None:
    ids = [text for _context, text in translations.messages_in(settings.BASE_DIR)]
    texts = sorted({each for text in ids for each in ([text] if isinstance(text, str) else text)})
    assert len(texts) > 1500
    assert faults(texts) == []


def test_a_second_word_is_found() -> None:
    assert faults(["Hóa đơn của quý khách"]) != []
    assert faults(["Biên lai của bạn"]) == []


@pytest.mark.django_db
def test_the_start_page_is_read_in_a_minute() -> None:
    page = Client().get("/").content.decode()
    main = page.partition('<main id="main">')[2].partition("</main>")[0]
    before = page.partition('<section class="hero"')[2].partition("</section>")[0]
    words = strip_tags(before + main).split()
    assert 30 < len(words) <= MOST_WORDS_AT_THE_START, len(words)
