"""Officers at the desk, and what they print."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
from django.test import Client

from agencies.models import Agency, Role
from tests.support import factories

RECEIVER = {"receiver_name": "Lê Văn An", "relation": "family", "identity_shown": "card", "identity_tail": "0123"}


def signed_in(of: Agency, *roles: Role) -> Client:
    user = factories.officer(of, roles[0] if roles else Role.RECEPTION_OFFICER)
    for role in roles[1:]:
        user.memberships.create(agency=of, role=role, valid_during=factories.FOREVER)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pdf_text(content: bytes) -> str:
    pages = pypdfium2.PdfDocument(BytesIO(content))
    return " ".join(page.get_textpage().get_text_range() for page in pages)
