"""The background player comes by the pages, from an address of its own, and forgives what is in its way."""

from __future__ import annotations

import csv
import random
from typing import Any

from django.conf import settings

from core.values import identity
from devtools.province import player


def test_a_citizen_comes_from_an_address_of_this_machine_and_has_papers_of_the_right_form() -> None:
    rng = random.Random(1)
    first, second = (player.Citizen("http://127.0.0.1:1", "http://127.0.0.1:1", rng) for _ in range(2))
    assert first.person != second.person
    assert identity.doubts(first.person["owner_identity_number"]) == []
    assert identity.clean_phone(first.person["owner_phone"]) == first.person["owner_phone"]
    adapter: Any = first.browser.get_adapter("http://127.0.0.1:1")
    address, port = adapter.poolmanager.connection_pool_kw["source_address"]
    assert address.startswith("127.")
    assert port == 0


def test_what_a_form_must_be_told_is_answered() -> None:
    with (settings.PROVINCE_DATA / "questions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["procedure_code"] in player._MATTERS]
    assert rows
    for row in rows:
        answer = player.ANSWERS[row["procedure_code"]].get(f"q_{row['slug']}", "")
        assert answer or row["is_required"] == "0", row["slug"]
        assert not row["options"] or answer in row["options"].split("|")


def test_a_portal_that_is_away_stops_nobody() -> None:
    assert player.play("http://127.0.0.1:1", "http://127.0.0.1:1", random.Random(2)) == ""
