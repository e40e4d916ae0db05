"""The administration's lists, searches and boxes show an agency's administrator nothing of another agency (S-26)."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from agencies.models import Agency, Role
from tests.support.world import World


@pytest.mark.django_db
def test_no_list_search_or_box_has_rows_of_another_agency(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    logging.disable(logging.WARNING)
    world = World()
    here, elsewhere = (world.actors[Role.AGENCY_ADMIN, at_home].client for at_home in (True, False))
    shown = set()
    for model in admin.site._registry:
        label = model._meta.label_lower
        row = world.objects.get(label)
        if row is None:
            continue
        address = reverse(f"admin:{label.replace('.', '_')}_changelist")
        for query in ("", "?q=1"):
            for browser, is_home in ((here, True), (elsewhere, False)):
                page: Any = browser.get(address + query)
                if page.status_code != 200:
                    continue
                listed = set(page.context["cl"].queryset.values_list("pk", flat=True))
                if is_home and row["object_id"] in listed:
                    shown.add(label)
                assert is_home or row["object_id"] not in listed, f"{address}{query}"
    assert {"payments.bill", "payments.receipt", "agencies.agency", "agencies.auditentry"} <= shown, "the control"
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
def test_the_box_of_agencies_offers_ones_own() -> None:
    world = World()
    field = {"app_label": "agencies", "model_name": "agency", "field_name": "parent", "term": ""}

    def offered(role: Role, *, at_home: bool = True) -> set[str]:
        answer = world.actors[role, at_home].client.get(reverse("admin:autocomplete"), field)
        return {option["id"] for option in json.loads(answer.content)["results"]}

    everything = {str(pk) for pk in Agency.objects.values_list("pk", flat=True)}
    assert len(offered(Role.PROVINCE_ADMIN)) == min(len(everything), 20)
    assert str(world.home.pk) in offered(Role.AGENCY_ADMIN)
    assert offered(Role.AGENCY_ADMIN, at_home=False) == {str(world.other.pk)}


def test_no_search_of_the_administration_is_by_what_names_a_citizen() -> None:
    """What is searched for stands in the address there (S-64); accountants and the desk seal or post it."""
    named = [
        f"{model._meta.label}: {field}"
        for model, page in admin.site._registry.items()
        for field in page.search_fields
        if field.rsplit("__", 1)[-1] in ("payer_name", "owner_name", "phone", "owner_phone", "email", "recipient")
    ]
    assert named == []
