"""Bars stand on one scale, and what is not nothing can be seen."""

from __future__ import annotations

from core.charts import columns, share_rows


def test_several_series_share_a_scale_and_stand_beside_each_other() -> None:
    ours = columns([("a", 100), ("b", 0)], height=40, slot=10, left=2, highest=100)
    bank = columns([("a", 50), ("b", 1)], height=40, slot=10, left=6, highest=100)
    assert [(bar.label, bar.x, bar.y, bar.height) for bar in ours] == [("a", "2", "0", "40"), ("b", "12", "40", "0")]
    assert [(bar.x, bar.y, bar.height) for bar in bank] == [("6", "20", "20"), ("16", "39", "1")]


def test_nothing_at_all_is_drawn_as_nothing() -> None:
    assert [bar.height for bar in columns([("a", 0)], height=40, slot=10, highest=0)] == ["0"]


def test_rows_lie_one_below_the_other_in_a_drawing_that_holds_them() -> None:
    chart = share_rows([("Sở A", 100), ("Sở B", 5)])
    assert [(row.name, row.percent, row.y) for row in chart.rows] == [("Sở A", 100, "0"), ("Sở B", 5, "46")]
    assert chart.height == "92"
    assert share_rows([]).rows == []
