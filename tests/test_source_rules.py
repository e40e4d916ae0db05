"""The rules of our sources find what they are for, and nothing is allowed that need not be."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from . import source_rules as rules

DESK = "dossiers/desk/views.py"


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.unscoped, "def page(request, staff):\n    return Dossier.objects.all()"),
        (
            rules.unscoped,
            "def page(request, staff):\n    for bill in Bill.objects.filter(pk=request.GET['b']):\n        x()",
        ),
        (rules.spread_requests, "rows.filter(**request.GET.dict())"),
        (rules.spread_requests, "rows.order_by(request.GET['xep'])"),
        (rules.spread_requests, "rows.order_by(*chosen)"),
        (rules.spread_requests, "Bill.objects.raw('SELECT')"),
        (rules.open_forms, "class F:\n    class Meta:\n        fields = '__all__'"),
        (rules.open_forms, "class F:\n    class Meta:\n        exclude = ['amount']"),
        (rules.cut_files, "csv_file('x.csv', headings, _rows(queryset[:100_000]))"),
        (rules.called_safe, "def name(x):\n    return mark_safe(x)"),
        (rules.unrenewed, "def open(request):\n    request.session['dossiers'] = [code]"),
        (rules.unrenewed, "def open(request):\n    request.session[A], request.session[B] = code, pin"),
        (rules.unrenewed, "def open(session):\n    if x:\n        session[A] = code"),
        (rules.unescaped, "<p>{{ name|safe }}</p>"),
        (rules.unescaped, "{% autoescape off %}{{ name }}"),
        (rules.separated_keys, '<input type="hidden" name="so" value="{{ notification.pk }}">'),
        (rules.separated_keys, "{{ row.account.id|default:0 }}"),
    ],
)
def test_what_must_not_be_written_is_found(rule: Any, source: str) -> None:
    assert list(rule(DESK, source))


@pytest.mark.parametrize(
    "source",
    [
        "def page(request, staff):\n    return Dossier.objects.of_agencies(staff.sees)",
        "def page(request, staff):\n    return Bill.objects.filter(agency__in=staff.sees).order_by('-pk', F('x'))",
        "def page(request, staff):\n    return Dossier.objects.none()",
    ],
)
def test_what_is_narrowed_may_be_read(source: str) -> None:
    assert not [line for rule in rules.RULES for line in rule(DESK, source)]


def test_our_sources_keep_the_rules_and_every_exception_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(rules.faults()) == []
    needed: tuple[tuple[dict[Any, str], int], ...] = (
        (rules.UNSCOPED, len(rules.UNSCOPED)),
        (rules.MARKED_SAFE, 1),
        (rules.UNESCAPED, 1),
        (rules.SESSION_NOTES, len(rules.SESSION_NOTES)),
    )
    for allowed, number in needed:
        for key in list(allowed):
            with monkeypatch.context() as patch:
                patch.delitem(allowed, key)
                file = key if isinstance(key, str) else key[0]
                assert list(rules.faults(below=file)), f"{key} is allowed for nothing"
        assert len(allowed) == number


def test_the_matrix_came_out_of_every_merge_whole() -> None:
    lines = (rules.ROOT / "tests/authorization/matrix.csv").read_text().splitlines()
    rows = list(csv.reader(line for line in lines if line.strip() and not line.startswith("#")))
    assert {len(row) for row in rows} == {len(rows[0])}, "a line has too few or too many cells"
    assert len({tuple(row[:2]) for row in rows}) == len(rows), "a line stands twice"
