"""What browsers tell of the policy: one line, without what names anybody, and not without end."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from agencies.models import Role
from portal.public.csp_report_views import TOLD
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
ADDRESS = "/bao-vi-pham-csp/"
REPORT = {
    "document-uri": "https://dvc.example/thanh-toan/SECRETTOKEN/?x=0912345678",
    "effective-directive": "script-src-elem",
    "blocked-uri": "https://evil.example/x.js?k=1",
}


def tell(body: Any) -> int:
    body = body if isinstance(body, str) else json.dumps(body)
    return Client().post(ADDRESS, body, content_type="application/csp-report").status_code


def test_a_report_is_one_line_without_tokens_and_few_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert tell({"csp-report": REPORT}) == 204
        assert "script-src-elem on dvc.example/thanh-toan by evil.example/x.js" in caplog.text
        assert "SECRET" not in caplog.text and "0912" not in caplog.text
        for nonsense in ("{", "[]", {"csp-report": 7}, "[" * 4000, "x" * 9000, {"csp-report": {"document-uri": "//["}}):
            assert tell(nonsense) == 204
        for _ in range(TOLD[0].most):
            tell({"csp-report": REPORT})
    assert caplog.text.count("policy forbids") <= TOLD[0].most


def test_no_page_lets_a_script_stand_in_it_and_all_name_where_to_tell() -> None:
    admin = browser_of(factories.officer(factories.agency(), Role.PROVINCE_ADMIN))
    for browser, page in ((Client(), "/"), (admin, "/quay/"), (admin, "/admin/")):
        policy = browser.get(page).headers["Content-Security-Policy"]
        rules = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        scripts = rules.get("script-src", rules["default-src"])
        assert "unsafe-inline" not in scripts and "*" not in scripts
        assert ("unsafe-eval" in scripts) is page.startswith("/admin/")
        assert rules["report-uri"] == ADDRESS and rules["object-src"] == rules["base-uri"] == "'none'"
