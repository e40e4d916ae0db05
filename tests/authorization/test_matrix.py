"""Every address × method × role × agency, asked for real and compared with `matrix.csv`.

A new address fails here until its two lines (GET and POST) stand in the table; the message
prints them as the site answers today: read them, say whether that is what should be, paste.

Cells: `yes` = let through (whatever the page then says of the form), `login` = led to the
sign-in, `lookup` = led to where code and PIN are asked, a number = refused with that status.
`a/b` = a for the agency's own people (the dossier's own citizen, the bill's own system), b for
those of another. `object` names the row of the agency that the address is asked for (world.py).
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, reverse

from agencies.models import Role
from tests.support.matrix import addresses, table, unrendered, verdict
from tests.support.world import ACTORS, World

FIELDS = ("url", "method", "object", *ACTORS)
METHODS = ("GET", "POST")
REFUSED = ("login", "401", "403", "405")
#: They see every agency.
SAME_EVERYWHERE = ("anonymous", "province_admin", "auditor")


def test_every_address_is_in_the_table_once_and_every_line_is_an_address() -> None:
    rows = table()
    assert tuple(rows[0]) == FIELDS, "a role without a column, or a column without a role"
    listed = [(row["url"], row["method"]) for row in rows]
    assert len(listed) == len(set(listed)), "a line stands twice"
    gone = {url for url, _method in listed} - {name for name, _pattern in addresses()}
    assert not gone, f"no longer in the URLconf: {sorted(gone)}"
    missing = {(name, method) for name, _ in addresses() for method in METHODS} - set(listed)
    assert not missing, f"run test_the_site_answers_as_the_table_says: it prints the lines for {sorted(missing)}"


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["admin:", ""], ids=["administration", "everything else"])
def test_the_site_answers_as_the_table_says(part: str, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)  # refusals are what is asked for
    try:
        world = World()
        patterns = {name: pattern for name, pattern in addresses() if name.startswith("admin:") == bool(part)}
        rows = [row for row in table() if row["url"] in patterns]
        listed = {(row["url"], row["method"]) for row in rows}
        faults = []
        with unrendered():
            for row in rows:
                verdicts = answers(world, row["url"], row["method"], row["object"], patterns[row["url"]].default_args)
                wrong = [who for who in ACTORS if verdicts[who] != row[who]]
                if wrong:
                    differences = ", ".join(f"{who} is {verdicts[who]}, not {row[who]}" for who in wrong)
                    faults.append(f"{differences}:\n{verdicts['line']}")
            for name, pattern in patterns.items():
                kind = _object_for(world, pattern)
                faults += [
                    f"not in the table:\n{answers(world, name, method, kind, pattern.default_args)['line']}"
                    for method in METHODS
                    if (name, method) not in listed
                ]
    finally:
        logging.disable(logging.NOTSET)
    assert not faults, "\n".join(faults)


def _object_for(world: World, pattern: URLPattern) -> str:
    """Guess which row an address not listed yet is about: by the names of its arguments."""
    wanted = set(pattern.pattern.regex.groupindex) - set(pattern.default_args)
    fitting = [kind for kind, arguments in world.objects.items() if set(arguments) == wanted]
    words = str(pattern.name).replace("-", "_")
    named = [kind for kind in fitting if kind and kind.replace(".", "_") in words]
    return max(named, key=len) if named else (fitting or ["?"])[0]


def answers(world: World, url: str, method: str, kind: str, defaults: Any = ()) -> dict[str, str]:
    """Ask as everybody; return a cell each, and the whole `line`."""
    cells: dict[str, str] = {}
    if kind not in world.objects:
        return {"line": f"{url}: world.py knows no row with the arguments of this address, add one to `objects`"}
    path = world.paths.get(url) or reverse(url, kwargs=world.objects[kind] | dict(defaults))
    body = json.dumps(world.bodies[url]) if url in world.bodies else ""
    for who in ACTORS:
        cells[who] = at_home = verdict(world.actors[who, True], path, method, body)
        # Without a row an address is the same from everywhere; whom the role refuses, no agency lets in.
        if kind and who not in SAME_EVERYWHERE and at_home not in REFUSED:
            elsewhere = verdict(world.actors[who, False], path, method, body)
            cells[who] = at_home if elsewhere == at_home else f"{at_home}/{elsewhere}"
    line = ",".join((url, method, kind, *(cells[who] for who in ACTORS)))
    return {**cells, "line": line}


#: What a method beyond GET and POST may do, anywhere: a system gives up an address where it is told.
OTHER_METHODS = {("api-webhook", "DELETE")}


@pytest.mark.django_db
def test_no_address_knows_another_method(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.CRITICAL)  # refusals are what is asked for
    try:
        world = World()
        faults = []
        for name, pattern in addresses():
            row = next(row for row in table() if row["url"] == name)
            path = world.paths.get(name) or reverse(
                name, kwargs=world.objects[row["object"]] | dict(pattern.default_args)
            )
            # Whoever may do most: the system for its API, the province for all pages.
            actor = world.actors["api" if path.startswith("/api/v1/") else "province_admin", True]
            for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
                answer = verdict(actor, path, method, "")
                is_listed = (name, method) in OTHER_METHODS or (method == "OPTIONS" and path.startswith("/api/v1/"))
                if answer != ("yes" if is_listed else "405"):
                    faults.append(f"{method} {path}: {answer}")
    finally:
        logging.disable(logging.NOTSET)
    assert faults == []


def test_every_role_has_a_column() -> None:
    assert set(Role.values) < set(ACTORS)
