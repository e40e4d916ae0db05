"""What is wrong with a page is said by the process that encodes it, or by PostgreSQL; nothing is left running."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psutil
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from devtools.province.writer.pages import Pages
from devtools.province.writer.press import PageSpoilt
from devtools.province.writer.tables import tables
from payments.models import ReceiptSeries
from tests.support import factories

pytestmark = pytest.mark.django_db


def _turned(*rows: dict[str, Any]) -> Pages:
    pages = Pages({"series": tables()["series"]})
    pages.begin()
    for values in rows:
        pages.add("series", timezone.now(), **values)
    pages.turn(datetime.max.replace(tzinfo=UTC))
    return pages


@pytest.mark.parametrize(
    ("changes", "words"), [({"colour": "x"}, "colour"), ({"agency_id": "x"}, "agency_id"), ({"kind": None}, "kind")]
)
def test_a_page_that_cannot_be_written_says_why(changes: dict[str, Any], words: str) -> None:
    row = {"agency_id": factories.agency().pk, "kind": "phi", "template": "01", "serial": "C26"}
    running = psutil.Process().children()
    with pytest.raises((PageSpoilt, IntegrityError), match=words), transaction.atomic():
        _turned(row | changes).wait()
    assert psutil.Process().children() == running
    pages = _turned(row, row | {"kind": "le_phi", "serial": "a\tb\\"})
    pages.finish()
    assert list(ReceiptSeries.objects.order_by("pk").values_list("serial", flat=True)) == ["C26", "a\tb\\"]
