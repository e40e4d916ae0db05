"""The calculator on a procedure's page, without JavaScript."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import strip_tags

from procedures.catalogue.calculator import offer
from procedures.models import Procedure, ProcedureCase
from procedures.schedules.load import rules_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


def text(code: str, **answers: str | list[str]) -> str:
    case = ProcedureCase.objects.filter(procedure__code=code).first()
    answer = Client().get(f"/thu-tuc/{code}/", {"case": case.slug, **answers} if answers else {})  # type: ignore[union-attr]
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def test_who_applies_and_where_decide_and_stay_chosen() -> None:
    plain = text("2.000181")
    assert 'name="applicant"' in plain
    assert "200.000 đ" in plain
    chosen = text("2.000181", applicant="household", area="commune")
    assert "100.000 đ – hộ kinh doanh, xã" in chosen
    assert '<option value="household" selected>' in chosen
    assert text("2.000181", applicant="nobody").count("selected") == 2


def test_quantities_groups_evidence_and_legal_basis_are_explained() -> None:
    shown = text("2.000635", copies="3", group="ho-ngheo")
    assert "8.000 đ × 3 bản; miễn: Hộ nghèo (cần giấy chứng nhận hộ nghèo)" in shown
    assert "TT 281/2016/TT-BTC" in shown
    assert "checked" in shown


def test_an_amount_set_after_examination_and_a_refused_refund_are_said() -> None:
    assert "xác định sau khi thẩm định" in text("1.010727")
    assert "Không hoàn khi hồ sơ bị từ chối" in text("1.001612")


def test_what_the_calculator_was_told_is_filled_in_already_when_handing_in() -> None:
    browser = Client()
    shown = text("2.000635", copies="3", group="ho-ngheo")
    begin = unescape(re.search(r'href="(/nop-ho-so/[^"]+?case=[^"]+)"', shown)[1])  # type: ignore[index]
    person = {"owner_name": "Nguyễn Thị Bình", "owner_identity_number": "025190000123", "owner_phone": "0912 345 678"}
    page = browser.post(begin, person, follow=True).content.decode()
    assert re.search(r'name="copies"\s+value="3"', page)
    assert re.search(r'value="ho-ngheo"[^>]* checked', page)
    assert "Lỗi" not in page
    plain = browser.post(begin.split("?")[0] + "?agency=x&copies=&is_staff=1", person, follow=True).content.decode()
    assert re.search(r'name="copies"\s+value="1"', plain)


def test_the_start_page_sums_up_cost_time_papers_ways_and_how_to_go_on_in_few_words() -> None:
    for procedure in Procedure.objects.all():
        page = text(procedure.code)
        summed_up = strip_tags(page.partition('id="glance"')[2].partition("</section>")[0])
        assert len(summed_up.split()) <= 200
        assert all(question in summed_up for question in ("Mức phí", "Thời hạn", "Giấy tờ", "Cách nộp", "Điền tiếp"))
    assert "8.000 đ" in text("2.000635").partition('id="glance"')[2].partition("</section>")[0]


def test_what_a_scheme_costs_after_its_last_day_is_told_before() -> None:
    eve, after = date(2026, 12, 31), date(2027, 1, 1)
    case = ProcedureCase.objects.get(procedure__code="2.001199")
    offered_later = offer(case, rules_for(case, eve), QueryDict(), eve, rules_for).later
    assert offered_later is not None
    assert (offered_later.on, offered_later.online.total, offered_later.counter.total) == (after, 100_000, 150_000)
    assert offer(case, rules_for(case, after), QueryDict(), after, rules_for).later is None
    assert offer(case, rules_for(case, eve), QueryDict(), eve).later is None
    shown = offer(case, rules_for(case, eve), QueryDict(), eve, rules_for)
    page = render_to_string("procedures/catalogue/_cost.html", {"offer": shown}).replace("\u00a0", " ")
    assert "Từ ngày 01/01/2027: 100.000 đ khi nộp trực tuyến, 150.000 đ khi nộp tại quầy" in page


def test_the_questions_of_the_calculator_are_asked_in_english_too() -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.get("/thu-tuc/2.000815/").content.decode()
    assert "Number of pages" in page
    assert "Số trang" not in page


def test_papers_are_counted_in_rows_and_told_so() -> None:
    shown = text("2.000815", pages=["4", "1"], copies=["3", "1"])
    assert "20.000 đ" in shown and "2 giấy tờ (4 trang: 6.000 đ × 3 bản; 1 trang: 2.000 đ × 1 bản)" in shown
    assert shown.count("data-row>") + shown.count("data-row ") >= 4, "two as told and some to spare"


@pytest.mark.parametrize(
    ("code", "answers", "words"),
    [
        ("2.000815", {"pages": "4 hay 1", "copies": "3"}, "Số trang: Không đọc được “4 hay 1”."),
        ("2.000815", {"pages": "hai", "copies": "3"}, "Số trang: Không đọc được “hai”."),
        ("2.000815", {"pages": "0", "copies": "-3"}, "Số bản: Ít nhất là 1."),
        ("2.000815", {"pages": "", "copies": ""}, "Số trang: Hãy điền số."),
        ("2.000635", {"copies": "x"}, "Số bản: Không đọc được “x”."),
        ("2.000635", {"copies": "99999"}, "Số bản: Nhiều nhất là 10.000."),
    ],
)
def test_a_number_that_cannot_be_read_has_no_amount_but_is_told(code: str, answers: dict[str, str], words: str) -> None:
    shown = text(code, **answers)
    case = ProcedureCase.objects.filter(procedure__code=code).first()
    assert "Chưa tính được:" in shown and words in strip_tags(shown)
    glance = shown.partition('id="glance"')[2].partition("</section>")[0]
    assert "2.000 đ" in glance or "8.000 đ" in glance, "the summary does not hang on it"
    fragment = Client(headers={"X-Fragment": "1"}).get(f"/thu-tuc/{code}/", {"case": case.slug, **answers})  # type: ignore[union-attr]
    assert "đ</" not in fragment.content.decode() and words in strip_tags(fragment.content.decode())
