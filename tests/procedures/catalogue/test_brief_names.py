"""Official names fill a phone's screen; headings carry them as far as they name the thing."""

from __future__ import annotations

import pytest

from core.values.text import briefly
from procedures.models import Procedure


@pytest.mark.django_db
@pytest.mark.usefixtures("data")
def test_every_name_fits_a_heading_and_begins_the_official_one() -> None:
    for procedure in Procedure.objects.all():
        brief = procedure.brief_name
        assert len(brief) <= 81, brief
        assert procedure.name.startswith(brief.removesuffix("…")), brief
        assert len(brief) >= 20 or brief == procedure.name, brief


def test_a_long_name_ends_where_it_begins_to_enumerate() -> None:
    name = "Chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan, tổ chức có thẩm quyền của Việt Nam; cơ quan"
    assert briefly(name) == "Chứng thực bản sao từ bản chính giấy tờ…"
    assert briefly("Đăng ký kết hôn") == "Đăng ký kết hôn"
    assert briefly("một " * 40).endswith("một…")
