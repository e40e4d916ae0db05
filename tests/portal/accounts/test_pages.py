"""allauth's pages that anybody can reach: ours in look and language, or closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth import urls as allauth_urls
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext

from agencies.models import Role
from tests.support import factories
from tests.support.citizens import browser_of, citizen
from tests.support.signing_in import browser_of as staff_browser

pytestmark = pytest.mark.django_db
#: Words of allauth's own templates and forms; names of things (VNeID, PIN, QR) are none of them.
ENGLISH = re.compile(
    r"\b(the|your|you|please|password|account|accounts|sign|email|address|security|enter|code|login|logout|log|"
    r"authenticator|session|sessions|key|keys|recovery|confirm|continue|cancel|remove|username|home|menu)\b",
    re.IGNORECASE,
)


def names(patterns: object = allauth_urls.urlpatterns) -> Iterator[str]:
    """Yield the names of allauth's addresses that take no arguments."""
    for pattern in patterns:  # type: ignore[attr-defined]
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            with suppress(NoReverseMatch):
                reverse(pattern.name)
                yield pattern.name


def browsers() -> dict[str, Client]:
    return {
        "nobody": Client(),
        "citizen": browser_of(citizen()),
        "officer": staff_browser(factories.officer(factories.agency(), Role.RECEPTION_OFFICER)),
    }


def is_page(answer: Any) -> bool:
    return answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", "")


def test_no_page_of_accounts_is_unstyled_or_speaks_english() -> None:
    pages = sorted(set(names()))
    assert {"account_login", "account_change_password", "mfa_index", "socialaccount_connections"} <= set(pages)
    faults, seen = [], set()
    for who, browser in browsers().items():
        for name in pages:
            answer = browser.get(reverse(name))
            if answer.status_code >= 500:
                faults.append(f"{who} {name}: {answer.status_code}")
            if not is_page(answer):
                continue
            page = answer.content.decode()
            seen.add(name)
            if "css/bundles/site.css" not in page or "<h1" not in page:
                faults.append(f"{who} {name}: not one of our pages")
            text = strip_tags(re.sub(r"(?s)<(script|style|svg)[^>]*>.*?</\1>", " ", page)).replace("English", "")
            if left := sorted({word.lower() for word in ENGLISH.findall(text)}):
                faults.append(f"{who} {name}: {left}")
    assert faults == []
    assert {"account_login", "account_reset_password", "mfa_index", "usersessions_list"} <= seen


def test_what_nobody_needs_is_closed() -> None:
    for browser in browsers().values():
        for path in ("/tai-khoan/email/", "/tai-khoan/confirm-email/"):
            assert browser.get(path).status_code == 302
        page = browser.get(reverse("account_signup"))
        assert page.status_code == 302 or "password1" not in page.content.decode()
    assert settings.ACCOUNT_EMAIL_VERIFICATION == "none"


def test_what_the_accounts_library_says_is_vietnamese() -> None:
    """It has no Vietnamese of its own: what an update adds must be added to `locale/vi`."""
    folder = Path(allauth.__file__).parent
    said = {str(text) for kind in (DefaultAccountAdapter, DefaultMFAAdapter) for text in _in_english(kind)}
    for path in folder.glob("templates/*/messages/*.txt"):
        for text in re.findall(r"{% blocktrans[^%]*%}(.*?){% endblocktrans %}", path.read_text(), re.DOTALL):
            said.add(re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text))
    assert len(said) > 40
    with translation.override("vi"):
        assert [text for text in sorted(said) if gettext(text) == text] == []


def _in_english(kind: Any) -> list[str]:
    with translation.override("en"):
        return [str(text) for text in kind.error_messages.values()]
