"""What machines ask of every site: robots.txt, security.txt, and HEAD."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.public.well_known_views import PRIVATE
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_search_engines_are_kept_from_pages_of_one_person() -> None:
    page = Client().get("/robots.txt")
    assert page["Content-Type"].startswith("text/plain")
    said = page.content.decode()
    paths = {reverse("bill", args=["x"]), reverse("receipt", args=["x"]), reverse("dossier", args=["x"]), "/admin/"}
    assert all(any(path.startswith(f"{private}") for private in PRIVATE) for path in paths)
    assert all(f"Disallow: {private}\n" in said for private in PRIVATE)


@pytest.mark.parametrize("contacts", [[], ["mailto:an-toan@example.vn"]])
def test_whoever_finds_a_weakness_learns_whom_to_tell(settings: Any, contacts: list[str]) -> None:
    settings.SECURITY_CONTACT = contacts
    lines = dict(
        line.split(": ", 1) for line in Client().get("/.well-known/security.txt").content.decode().splitlines()
    )
    assert lines["Contact"] == (contacts or ["tel:+842102222555"])[0]
    assert timezone.now() + timedelta(days=30) < datetime.fromisoformat(lines["Expires"])
    assert lines["Canonical"].endswith("/.well-known/security.txt")


def test_a_page_answers_head_as_it_answers_get() -> None:
    bill = factories.bill()
    for path in ("/", "/huong-dan/", f"/thanh-toan/{bill.token}/", "/tra-cuu/", "/static/favicon.svg", "/nothing/"):
        page, head = Client().get(path), Client().head(path)
        assert head.status_code == page.status_code, path
        assert (head.content, head["Content-Type"]) == (b"", page["Content-Type"])
        assert "Content-Security-Policy" in head or path.startswith("/static/")


def test_head_is_no_form() -> None:
    """Views that tell GET from POST would take it for one."""
    assert Client().head("/tra-cuu/").status_code == 200
    assert Client().head(reverse("set_language")).status_code == Client().get(reverse("set_language")).status_code
