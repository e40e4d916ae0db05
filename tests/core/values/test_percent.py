"""A share is a whole percent, and nothing of nothing is no error."""

from __future__ import annotations

import pytest

from core.values.percent import percent


@pytest.mark.parametrize(("part", "whole", "share"), [(1, 3, 33), (2, 3, 67), (5, 5, 100), (0, 9, 0), (0, 0, 0)])
def test_a_share_is_rounded(part: int, whole: int, share: int) -> None:
    assert percent(part, whole) == share
