"""Amounts typed in the administration are read as people write them, on every page that takes one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from agencies.admin_base import is_money
from agencies.models import User

pytestmark = pytest.mark.django_db


def money_fields() -> Iterator[Any]:
    """Yield every column of whole đồng that a page of the administration may take, with its form's field."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True)
    for model, page in admin.site._registry.items():
        inlines = [inline(model, admin.site) for inline in page.inlines]
        for owner in (page, *inlines):
            for column in owner.model._meta.fields:
                if is_money(column):
                    yield f"{type(owner).__name__}.{column.name}", owner.formfield_for_dbfield(column, request=request)


def test_nine_thousand_is_not_nine() -> None:
    fields = dict(money_fields())
    assert {"RuleInline.price", "RuleInline.cap", "PostageRateAdmin.amount", "ExemptionInline.amount"} <= set(fields)
    for name, field in fields.items():
        read = {text: field.to_python(text) for text in ("9.000", "9,000", "9000", "9 000 đ", "9k")}
        assert set(read.values()) == {9_000}, (name, read)
        assert field.widget.input_type == "text", name
