"""A scrape of `/metrics`."""

from __future__ import annotations

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

Samples = dict[tuple[str, tuple[str, ...]], float]


def scrape() -> Samples:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name.removeprefix("motcua_"), tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }
