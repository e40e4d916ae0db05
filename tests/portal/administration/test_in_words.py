"""Pages of the administration say things, not codes: no `paid_again`, no English heading, no words of a library."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.forms.utils import pretty_name
from django.test import Client
from django.urls import reverse

from agencies.admin_base import AuditedAdmin
from agencies.audit.words import KINDS
from agencies.models import Role
from dossiers.messages import outbox, words
from payments import payment_history
from tests.support import factories
from tests.support.inhabited_world import inhabited_world
from tests.support.signing_in import browser_of

#: Cells of lists, values of rows that are only read, choices of filters.
SHOWN = re.compile(
    r'<t[dh][^>]*class="[^"]*\bfield-[^"]*"[^>]*>(.*?)</t[dh]>|<div class="readonly[^"]*"[^>]*>(.*?)</div>'
    r'|<option value="[^"]+"[^>]*>(.*?)</option>',
    re.DOTALL,
)
ICON = re.compile(r"<span[^>]*material-symbols[^>]*>.*?</span>", re.DOTALL)
CODE = re.compile(r"[a-z]{3,}(?:[_.-][a-z]+)*")
#: Why lines of the tests' own ledger were written.
NO_CODES = frozenset({"test"})


def codes_on(page: str) -> set[str]:
    """Return what stands alone in a cell or a choice and looks like a value of the database."""
    cells = {re.sub(r"<[^>]+>", "", "".join(match)).strip() for match in SHOWN.findall(ICON.sub("", page))}
    return {cell for cell in cells if CODE.fullmatch(cell)} - NO_CODES


@pytest.mark.django_db(transaction=True)
def test_no_list_and_no_row_shows_a_code(tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = inhabited_world()
    browser = world.actors["auditor", True].client  # who changes nothing reads every field
    faults = {}
    for model in admin.site._registry:
        name = model._meta.label_lower.replace(".", "_")
        paths = [reverse(f"admin:{name}_changelist")]
        if model._meta.label_lower in world.objects:
            paths.append(reverse(f"admin:{name}_change", kwargs=world.objects[model._meta.label_lower]))
        for path in paths:
            page = browser.get(path)
            assert page.status_code == 200, path
            if codes := codes_on(page.content.decode()):
                faults[path] = codes
    assert not faults


def test_every_heading_has_a_name_people_read() -> None:
    nameless = [
        f"{model._meta.label}.{column}"
        for model, page in admin.site._registry.items()
        for column in page.list_display
        if isinstance(column, str) and str(label_for_field(column, model, page)) == pretty_name(column)
    ]
    assert nameless == []


def test_every_page_that_writes_into_the_audit_names_its_rows_there() -> None:
    pages = [page for page in admin.site._registry.values() if isinstance(page, AuditedAdmin)]
    pages = [page for page in pages if getattr(page, "is_view_recorded", True)]
    kinds = {page.audit_name or str(page.opts.model_name) for page in pages}
    assert len(kinds) > 15
    assert kinds - set(KINDS) == set()


def test_every_message_and_every_cause_of_the_ledger_has_words() -> None:
    assert set(words.KINDS) == set(outbox.TEXTS)
    causes = set()
    for app in ("payments", "dossiers"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg == "cause" and isinstance(node.value, ast.Constant):
                    causes.add(str(node.value.value))
    assert len(causes) > 5
    assert causes - set(payment_history.CAUSES) == set()


@pytest.mark.django_db
def test_a_login_name_is_explained_in_words_and_not_in_those_of_the_framework() -> None:
    browser: Client = browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))
    page: Any = browser.get("/admin/agencies/user/add/").content.decode()
    assert "ký tự hoặc ít hơn" not in page
    assert "ví dụ tiepnhan.viettri" in page
