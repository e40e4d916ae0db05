"""The pictures are those of the walk, small enough for a repository, and the walk can be walked."""

from __future__ import annotations

import re

from tests.pictures.walk import WALK
from tests.tour.playing import SENTENCES

from .__main__ import MOST_BYTES, PICTURES, SIZES

MOST_BYTES_OF_ALL = 2_500_000


def test_twenty_four_screens_in_sentences_the_player_knows() -> None:
    names = [name for name, _acts in WALK]
    assert len(set(names)) == len(names) == 24
    acts = [act for _name, acts in WALK for act in acts]
    assert [act for act in acts if not any(re.fullmatch(pattern, act) for pattern in SENTENCES)] == []


def test_each_is_there_at_both_widths_and_light() -> None:
    weights = {path.name: path.stat().st_size for path in PICTURES.glob("*.png")}
    assert set(weights) == {f"{name}-{width}.png" for name, _acts in WALK for width in SIZES}
    assert max(weights.values()) <= MOST_BYTES
    assert sum(weights.values()) <= MOST_BYTES_OF_ALL
