"""What was left out is named, with what to do; no Vietnamese of Django's is left that nobody speaks."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.utils import user_display
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from payments.accounting.forms import DongField
from tests.support import factories
from tests.support.citizens import citizen
from tests.support.submitting import asking


class _Form(forms.Form):
    name = forms.CharField(label="Họ và tên")
    place = forms.ChoiceField(label="Nơi nhận hồ sơ", choices=[("1", "Quầy")])
    way = forms.ChoiceField(label="Hồ sơ này của ai?", choices=[("1", "Tôi")], widget=forms.RadioSelect)
    proof = forms.FileField(label="Ảnh")
    agreed = forms.BooleanField(label="Tôi đồng ý")
    own = forms.CharField(label="Số", error_messages={"required": "Ghi 4 ký tự cuối."})
    amount = DongField(label="Số tiền bị trừ")
    count = forms.IntegerField(label="Số phiếu")


def _shown(language: str = "vi") -> str:
    with translation.override(language):
        form = _Form({"amount": "khoảng trăm nghìn", "count": "hai"})
        fields = "".join(render_to_string("components/field.html", {"field": field}) for field in form)
        return fields + render_to_string("components/error_summary.html", {"form": form})


def test_a_file_that_a_refused_page_cannot_keep_is_asked_for_again() -> None:
    form = _Form({}, MultiValueDict({"proof": [SimpleUploadedFile("anh-chup.png", b"x")]}))
    assert "Trang này không giữ được tệp anh-chup.png: hãy chọn lại." in render_to_string(
        "components/field.html", {"field": form["proof"]}
    )
    assert "hãy chọn lại" not in _shown()


@pytest.mark.parametrize(
    "words",
    [
        "Hãy điền “Họ và tên”.",
        "Hãy chọn “Nơi nhận hồ sơ”.",
        "Hãy chọn “Hồ sơ này của ai”.",
        "Hãy chọn tệp cho “Ảnh”.",
        "Hãy đánh dấu “Tôi đồng ý”.",
    ],
)
def test_what_was_left_out_is_named_beside_its_field_and_above(words: str) -> None:
    assert _shown().count(words) == 2


def test_other_errors_are_said_in_our_words() -> None:
    page = _shown()
    assert page.count("Ghi 4 ký tự cuối.") == 2 and "Số: Ghi 4 ký tự cuối." in page, "the field's own"
    assert "Nhập số tiền bằng chữ số, ví dụ 135.000." in page
    assert "Hãy viết một số bằng chữ số, ví dụ 12." in page
    for djangos in ("Trường này là bắt buộc", "số tổng thể"):
        assert djangos not in page
    assert "Please choose “Nơi nhận hồ sơ”." in _shown("en")


@pytest.mark.django_db
def test_a_form_sent_empty_says_of_each_field_what_to_do() -> None:
    page = Client().post(f"/nop-ho-so/{asking(factories.agency()).slug}/", {}).content.decode()
    assert "Hãy điền “Họ và tên”." in page and "Hãy điền “Điện thoại”." in page


@pytest.mark.django_db
@pytest.mark.parametrize(("online", "words"), [(0, "trong ngày"), (None, "3 ngày làm việc")])
def test_no_days_are_the_same_day(online: Any, words: str) -> None:
    case = asking(factories.agency())
    case.online_duration, case.duration_days = online, 0 if online == 0 else 3
    case.save()
    page = Client().get(f"/thu-tuc/{case.procedure.code}/").content.decode()
    assert words in page and " 0 ngày" not in page


@pytest.mark.django_db
def test_who_signs_in_is_greeted_by_name() -> None:
    user = citizen()
    assert user_display(user) == "Trần Thị Bình"
