"""A dossier opened by its PIN."""

from __future__ import annotations

from django.test import Client

from dossiers.models import Dossier


def opened(dossier: Dossier) -> Client:
    browser = Client()
    browser.get(f"/giay-hen/{dossier.slip_token}/")
    return browser
