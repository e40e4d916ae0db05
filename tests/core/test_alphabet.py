"""Names in the order of the Vietnamese alphabet, by the database."""

from __future__ import annotations

import pytest

from core.database.alphabet import alphabetical
from dossiers.models import Dossier
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_each_letter_has_its_place_and_tones_have_none() -> None:
    names = ["An", "Ăn", "Ân", "Bà Ba", "Dung", "DƯƠNG", "Đào", "ĐẶNG", "Em", "Êm", "Ông", "Ơn", "Uy", "Ư", "Vũ"]
    for name in reversed(names):
        Dossier.objects.filter(pk=factories.dossier(amount=0).pk).update(owner_name=name)
    assert list(Dossier.objects.order_by(alphabetical("owner_name")).values_list("owner_name", flat=True)) == names
