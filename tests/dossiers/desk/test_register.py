"""The register is whole, whatever its length: what is not printed is said and stands in the file."""

from __future__ import annotations

import csv
import io

import pytest
from django.utils import timezone

from dossiers.desk import print_views
from dossiers.models import Dossier
from tests.support import factories
from tests.support.decisions import register
from tests.support.desk import pdf_text, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_register_too_long_to_print_says_so_and_is_whole_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    home = factories.agency()
    dossiers = [factories.dossier(home) for _ in range(3)]
    Dossier.objects.filter(pk=dossiers[0].pk).update(owner_name="=1+1")
    monkeypatch.setattr(print_views, "MOST_ROWS", 2)
    client, month = signed_in(home), f"{timezone.localdate():%Y-%m}"
    text = pdf_text(register(client, home, month).content)
    assert "3, in 2 hồ sơ đầu" in text
    assert dossiers[2].code not in text
    sent = client.post("/quay/so-theo-doi/", {"co-quan": home.pk, "thang": month, "dang": "csv"})
    file = b"".join(sent.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.DictReader(io.StringIO(file)))
    assert [line["ma_ho_so"] for line in lines] == [dossier.code for dossier in dossiers]
    assert lines[0]["chu_ho_so"] == "'=1+1"


def test_the_register_lists_the_month_of_ones_own_agency() -> None:
    dossier, foreign = factories.dossier(), factories.dossier()
    client, month = signed_in(dossier.agency), f"{timezone.localdate():%Y-%m}"
    text = pdf_text(register(client, dossier.agency, month).content)
    assert "Mẫu số 07" in text
    assert dossier.code in text
    assert foreign.code not in text
    assert dossier.code not in pdf_text(register(client, dossier.agency, "2025-12").content)
    for odd in ("9999-12", "0001-01", "2026-13", "x"):
        assert register(client, dossier.agency, odd).status_code == 200
    assert register(client, foreign.agency, month).status_code == 404
