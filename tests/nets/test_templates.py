"""No template looks up what a thing does not have: watched while the crawler of forms renders every page.

(`tests/nets/test_forms_crawler.py`: pages are rendered once for both.)
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import Context, Engine

from tests.support import template_lookups
from tests.support.template_lookups import failed_lookups, unexpected


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine whose templates count as ours."""
    monkeypatch.setattr(template_lookups, "ROOT", tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/part.html").write_text("{{ notice }}{{ case.other }}")
    return Engine(dirs=[str(tmp_path / "templates")])


@pytest.mark.parametrize(
    "source",
    [
        "{{ case.notice }}",
        "{{ case.notice|default:'–' }}",
        "{% if case.notice %}x{% endif %}",
        "{% if case.notice and case %}x{% endif %}",
        "{% for line in case.notice %}x{% endfor %}",
        "{% with notice=case.notice %}x{% endwith %}",
        "{% include 'part.html' with notice=case.notice only %}",
        "{{ row.notice }}",
        "{{ case.bill.notice }}",
    ],
)
def test_what_a_thing_does_not_have_is_found_in_whatever_tag(engine: Engine, tmp_path: Path, source: str) -> None:
    (tmp_path / "templates/page.html").write_text(source)
    case = SimpleNamespace(bill=SimpleNamespace())
    with failed_lookups() as failed:
        engine.get_template("page.html").render(Context({"case": case, "row": {"bill": 1}}))
    [(template, lookup, _owner)] = failed
    assert (template, lookup.rpartition(".")[2]) == ("templates/page.html", "notice")
    assert unexpected(failed)


def test_a_lookup_within_an_included_template_is_named_by_that_template(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "templates/page.html").write_text("{% include 'part.html' with notice=1 %}")
    with failed_lookups() as failed:
        engine.get_template("page.html").render(Context({"case": SimpleNamespace()}))
    assert failed == {("templates/part.html", "case.other", "SimpleNamespace")}


@pytest.mark.parametrize("source", ["{{ nobody }}", "{{ nobody.name }}", "{{ nothing.name }}", "{{ case.bill }}"])
def test_a_name_that_was_not_given_and_a_thing_that_is_not_there_are_left_alone(
    engine: Engine, tmp_path: Path, source: str
) -> None:
    (tmp_path / "templates/page.html").write_text(source)
    with failed_lookups() as failed:
        engine.get_template("page.html").render(Context({"nothing": None, "case": SimpleNamespace(bill=1)}))
    assert failed == set()


def test_what_is_allowed_is_in_a_template_of_ours() -> None:
    root = template_lookups.ROOT
    gone = [key for key in template_lookups.ALLOWED if key[1] not in (root / key[0]).read_text()]
    assert gone == []
