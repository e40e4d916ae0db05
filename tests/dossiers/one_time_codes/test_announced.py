"""A page says that a code was sent only when one was; else it says how long to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dossiers.models import Dossier, OneTimeCode
from dossiers.one_time_codes import codes as one_time_codes
from dossiers.states import DossierState
from tests.support import factories
from tests.support.postal import FORM
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db
ANNOUNCED = "vừa nhắn một mã"
#: Page below the dossier's → purpose, and what its first button sends.
ASKING = {"rut/": ("withdraw", {}), "xoa-du-lieu/": ("erase", {}), "buu-dien/": ("by_post", FORM)}
ask_everywhere = pytest.mark.parametrize("place", ASKING)


def _ask(dossier: Dossier, place: str) -> Callable[[], tuple[int, str]]:
    browser, (_purpose, sent) = opened(dossier), ASKING[place]

    def ask() -> tuple[int, str]:
        answer = browser.post(f"/ho-so/{dossier.code}/{place}", sent)
        return answer.status_code, answer.content.decode()

    return ask


def _sent(purpose: str) -> int:
    return OneTimeCode.objects.filter(purpose=purpose).exclude(code_hash="").count()


@pytest.fixture
def dossier() -> Dossier:
    return factories.dossier(state=DossierState.ACCEPTED)


@ask_everywhere
def test_who_opened_it_by_a_code_is_sent_the_next_one_at_once(dossier: Dossier, place: str) -> None:
    Client().post("/tra-cuu/gui-ma/", {"code": dossier.code})
    assert _sent("lookup") == 1
    status, said = _ask(dossier, place)()
    assert status == 200 and ANNOUNCED in said and "one_time_code" in said
    assert _sent(ASKING[place][0]) == 1


@ask_everywhere
def test_pressed_again_it_says_how_long_to_wait_and_that_the_first_code_is_good(dossier: Dossier, place: str) -> None:
    ask = _ask(dossier, place)
    ask()
    status, said = ask()
    assert status == 422 and ANNOUNCED not in said
    assert "Chưa gửi thêm mã: mã vừa nhắn vẫn dùng được. Đợi " in said and " giây rồi lấy mã mới." in said
    assert "one_time_code" in said, "the code that was sent can be typed"
    assert _sent(ASKING[place][0]) == 1


@ask_everywhere
def test_a_phone_that_had_its_codes_of_the_hour_is_announced_none(dossier: Dossier, place: str) -> None:
    for number in range(one_time_codes.MOST_IN_WINDOW):
        one_time_codes.send("lookup", f"H{number}", dossier.owner_phone)
        OneTimeCode.objects.update(made_at=timezone.now() - timedelta(minutes=5))
    status, said = _ask(dossier, place)()
    assert status == 422 and ANNOUNCED not in said and "one_time_code" not in said
    assert "Chưa gửi mã. Số điện thoại này đã nhận nhiều mã. Đợi 55 phút rồi lấy mã mới." in said


def test_a_code_that_was_tried_too_often_is_not_called_good(dossier: Dossier) -> None:
    ask = _ask(dossier, "rut/")
    ask()
    OneTimeCode.objects.update(tries=one_time_codes.TRIES)
    _status, said = ask()
    assert "Chưa gửi mã. Đợi " in said and "one_time_code" not in said


@pytest.mark.parametrize(("ask", "answer"), [("/tra-cuu/gui-ma/", "/tra-cuu/nhap-ma/")])
def test_who_has_opened_nothing_yet_reads_the_same_rule_whether_a_code_went_or_not(
    dossier: Dossier, ask: str, answer: str
) -> None:
    """What is said of this one phone would tell that there is such a dossier."""
    browser: Any = Client()
    pages = []
    for _ in range(2):
        browser.post(ask, {"code": dossier.code})
        pages.append(browser.get(answer).content.decode())
    assert all("nhiều nhất 5 mã một giờ, cách nhau 30 giây" in page for page in pages)
