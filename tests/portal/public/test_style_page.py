"""The style page shows the components as they are."""

from __future__ import annotations

import re

from django.test import Client

from payments.states import DisplayState


def test_every_state_of_money_and_every_error_is_shown_with_ids_that_stand_once() -> None:
    page = Client().get("/thiet-ke/").content.decode()
    assert set(re.findall(r'data-state="(\w+)"', page)) == set(DisplayState.values)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    described = {name for names in re.findall(r'aria-describedby="([^"]+)"', page) for name in names.split()}
    linked = set(re.findall(r'href="#([^"]+)"', page))
    assert described | linked <= set(ids)
    assert {"id_pages", "id_way", "id_agreed"} <= linked
