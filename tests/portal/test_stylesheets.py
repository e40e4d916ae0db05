"""Style sheets: one file a component, one declaration a line, and what browsers get is made of all of them."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from portal.assets import stylesheets

COMPONENTS = sorted(
    str(path.relative_to(stylesheets.FOLDER).with_suffix("")) for path in stylesheets.FOLDER.glob("*/*.css")
)
#: What a bundle may weigh uncompressed, bytes.
MOST_BYTES = 30_000


def test_every_component_is_in_one_bundle() -> None:
    bundled = [component for components in stylesheets.BUNDLES.values() for component in components]
    assert len(COMPONENTS) > 70
    assert sorted(bundled) == COMPONENTS


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_has_one_declaration_a_line(component: str) -> None:
    source = (stylesheets.FOLDER / f"{component}.css").read_text()
    lines = re.sub(r"/\*.*?\*/", "", source, flags=re.S).splitlines()
    crowded = [line for line in lines if line.strip() and not re.search(r"[{},;]$", line)]
    crowded += [line for line in lines if re.search(r"[{;}].*[:;}]", line) or len(line) > 120]
    assert crowded == []


@pytest.mark.parametrize("name", stylesheets.BUNDLES)
def test_a_bundle_is_served_whole_small_and_with_pictures_that_exist(name: str) -> None:
    answer = Client().get(f"/static/{name}")
    bundle = b"".join(answer).decode()
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/css")
    assert bundle.count("{") == bundle.count("}") > 5
    assert "/*" not in bundle
    assert len(bundle.encode()) <= MOST_BYTES
    for address in re.findall(r'url\("([^"]+)"\)', bundle):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
        assert finders.find(path), address


def test_a_changed_component_changes_its_bundle(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BUNDLES_ROOT = tmp_path / "bundles"
    monkeypatch.setattr(stylesheets, "FOLDER", tmp_path)
    monkeypatch.setattr(stylesheets, "BUNDLES", {"css/bundles/a.css": ("one", "two")})
    (tmp_path / "one.css").write_text("/* first */\na {\n  color: red;\n}\n")
    (tmp_path / "two.css").write_text("b,\ni {\n  color: blue;\n}\n")
    assert stylesheets.write("css/bundles/a.css").read_text() == "a {color: red;}b,i {color: blue;}\n"
    (tmp_path / "one.css").write_text("a {\n  color: green;\n}\n")
    assert "green" in stylesheets.write("css/bundles/a.css").read_text()


def test_scripts_are_written_in_the_language_of_today() -> None:
    old = re.compile(r'^\s*(?:var |"use strict")|\(function \(|\.apply\(|arguments\b', re.M)
    scripts = sorted((settings.BASE_DIR / "static" / "js").rglob("*.js"))
    assert len(scripts) > 10
    assert [path.name for path in scripts if old.search(path.read_text())] == []
