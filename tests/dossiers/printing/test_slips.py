"""The slip has what opens the dossier without a camera: its code and its PIN (D12)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from dossiers.models import Dossier
from dossiers.printing.slips import reception_slip
from tests.support import factories
from tests.support.submitting import asking, filled

pytestmark = pytest.mark.django_db


def test_the_pin_stands_on_the_slip_and_in_clear_nowhere_else(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    agency = factories.agency()
    browser = Client()
    draft = filled(browser, asking(agency), agency)
    browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    dossier = Dossier.objects.get()
    pin = dict(reception_slip(dossier, timezone.now()).facts)["Mã PIN"]
    assert Client().post("/tra-cuu/", {"code": dossier.code, "pin": pin}).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT pin FROM dossiers_dossier")
        assert cursor.fetchone()[0] != pin


def test_an_older_dossier_says_that_its_pin_was_given_before() -> None:
    assert "đã đưa khi nộp" in dict(reception_slip(factories.dossier(), timezone.now()).facts)["Mã PIN"]
