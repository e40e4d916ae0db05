"""The calculator on a procedure's page, without JavaScript."""

from __future__ import annotations

import pytest
from django.test import Client

from procedures.models import ProcedureCase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


def text(code: str, **asked: str) -> str:
    case = ProcedureCase.objects.filter(procedure__code=code).first()
    answer = Client().get(f"/thu-tuc/{code}/", {"case": case.slug, **asked} if asked else {})  # type: ignore[union-attr]
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
