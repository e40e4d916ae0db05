"""Keys of connected systems are made by a person, shown once, and what was sent can be sent again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AuditEntry, User
from payments.api.clients import create_client
from payments.models import ApiClient, WebhookDelivery
from payments.webhooks import endpoints
from tests.support import factories
from tests.support.payments.api import send
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
CHANGE = "/admin/payments/apiclient/{}/khoa/"
DELIVERIES = "/admin/payments/webhookdelivery/"


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


@pytest.fixture
def root() -> Client:
    return browser_of(User.objects.create_superuser("root", password="a long test password"))


def reader(*codenames: str) -> Client:
    """A member of staff with these permissions and no others."""
    user = User.objects.create_user("reader", password="a long test password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def key_in(answer: Any) -> str:
    match = re.search(r'id="api-key">(mcp_[\w-]+)<', answer.content.decode())
    return match[1] if match else ""


def test_a_new_system_gets_its_key_on_the_next_page_and_only_there(root: Client, agency: Agency) -> None:
    form = {"name": "Sở Tư pháp", "agencies": [agency.pk], "is_active": "on"}
    answer = root.post("/admin/payments/apiclient/add/", form, follow=True)
    made = ApiClient.objects.get()
    page = CHANGE.format(made.pk)
    assert answer.redirect_chain == [(page, 302)]
    assert key_in(answer) == ""
    shown = root.post(page)
    key = key_in(shown)
    assert "no-store" in shown["Cache-Control"]
    assert send(key, "/api/v1/bills")[0] == 200
    assert key_in(root.get(page)) == ""
    kept = [*Session.objects.values_list("session_data"), *AuditEntry.objects.values_list("detail")]
    assert key not in str(kept) + str(root.cookies)
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"api_client_saved", "api_key_replaced"}


def test_a_new_key_ends_the_old_one(root: Client, agency: Agency) -> None:
    made, old = create_client("x", [agency])
    new = key_in(root.post(CHANGE.format(made.pk)))
    assert [send(key, "/api/v1/bills")[0] for key in (old, new)] == [401, 200]


def test_asking_for_the_page_changes_nothing(root: Client, agency: Agency) -> None:
    made, key = create_client("x", [agency])
    assert root.get(CHANGE.format(made.pk)).status_code == 200
    assert send(key, "/api/v1/bills")[0] == 200


def test_somebody_who_may_only_look_gets_no_key(agency: Agency) -> None:
    made, key = create_client("x", [agency])
    assert key_in(reader("view_apiclient").post(CHANGE.format(made.pk))) == ""
    assert send(key, "/api/v1/bills")[0] == 200


def delivered(agency: Agency) -> WebhookDelivery:
    made = endpoints.send_test(endpoints.register(create_client("x", [agency])[0], "https://client.example/"))
    WebhookDelivery.objects.update(delivered_at=timezone.now(), attempts=3)
    return made


def test_an_event_is_sent_again_as_the_same_event(root: Client, agency: Agency) -> None:
    sent = delivered(agency)
    root.post(DELIVERIES, {"action": "send_again", "_selected_action": [sent.pk]})
    again = WebhookDelivery.objects.get()
    assert (again.event_id, again.delivered_at, again.attempts) == (sent.event_id, None, 0)
    assert AuditEntry.objects.get().action == "webhooks_sent_again"


def test_somebody_who_may_only_look_sends_nothing(agency: Agency) -> None:
    sent = delivered(agency)
    client = reader("view_webhookdelivery")
    assert client.get(DELIVERIES).status_code == 200
    client.post(DELIVERIES, {"action": "send_again", "_selected_action": [sent.pk]})
    assert WebhookDelivery.objects.get().delivered_at is not None
