"""The page for who connects a system: found from the start page, and what it says is so."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from payments.api.clients import create_client
from payments.models.clients import WebhookKind
from payments.webhooks import events
from portal.public import developer_views
from tests.support import factories
from tests.support.payments.api import send

pytestmark = pytest.mark.django_db(transaction=True)


def listings(text: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'<pre class="listing"[^>]*>(.*?)</pre>', text, re.DOTALL)]


@pytest.fixture
def page() -> str:
    return Client().get("/api/").content.decode()


def test_it_is_found_from_the_start_page_and_leads_to_the_calls(page: str) -> None:
    assert 'href="/api/"' in Client().get("/").content.decode()
    assert 'href="/api/docs/"' in page and 'href="/api/schema/"' in page


def test_the_first_command_makes_a_bill(page: str) -> None:
    agency = factories.agency()
    command = next(each for each in listings(page) if each.startswith("curl"))
    path = re.search(r"https?://[^/]+(\S+)", command)
    body = re.search(r"-d '(.*)'$", command, re.DOTALL)
    assert path and body
    sent = json.loads(body[1].replace("'$AGENCY'", agency.code))
    assert send(create_client("x", [agency])[1], path[1], sent, "k")[0] == 201


def test_the_recipe_accepts_the_example_and_nothing_else(page: str) -> None:
    code = next(each for each in listings(page) if "def is_ours" in each)
    head, _, body = next(each for each in listings(page) if each.startswith("secret:")).partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102  the page's own code
    assert space["is_ours"](headers["secret"], headers, body.encode())
    assert not space["is_ours"](headers["secret"], headers, body.encode() + b" ")


def test_every_kind_of_event_is_shown_as_it_is_sent(page: str) -> None:
    shown = [json.loads(each) for each in listings(page) if each.startswith('{"type"')]
    assert [each["type"] for each in shown] == list(WebhookKind)
    assert set(shown[0]) == set(events.delivery(1, WebhookKind.TEST, {}).body)
    assert set(shown[0]["data"]) == {"id", "reference", "agency", "amount", "state"}
    assert {*developer_views._STATES, WebhookKind.TEST} == set(WebhookKind)


def test_every_gateway_and_limit_is_told(page: str) -> None:
    for word in ("vietinbank", "momo", "vnpay", "6000", "request-in-progress", "throttled"):
        assert word in page.replace(".", ""), word
