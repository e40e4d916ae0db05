"""A name is found whatever its accents and the order of its words."""

from __future__ import annotations

import pytest

from agencies.models import Agency
from core.database.name_search import has_words, is_selective
from tests.support import factories


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Việt Trì", "tri viet", "VIET  TRÌ phường", "viet tr"])
def test_each_word_is_looked_for_without_accents(text: str) -> None:
    wanted = factories.agency("Phường Việt Trì")
    factories.agency("Phường Việt Hòa")
    assert list(Agency.objects.filter(has_words("search_key", text))) == [wanted]


@pytest.mark.parametrize(
    ("text", "is_enough"), [("ho", False), ("lê v", False), ("Hòa", True), ("lê văn", True), ("", False)]
)
def test_a_text_of_short_words_only_would_read_every_name(text: str, is_enough: bool) -> None:
    assert is_selective(text) is is_enough
