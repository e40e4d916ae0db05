"""Citizens with an account, and their dossiers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.test import Client

from agencies import citizens
from agencies.models import User
from dossiers.models import Dossier
from dossiers.one_time_codes import codes as one_time_codes
from tests.support import factories
from tests.support.signing_in import BACKEND

BINH = "026192000202"


def citizen(number: str = BINH) -> User:
    """Somebody VNeID vouches for."""
    user = User.objects.create(username=f"cong-dan-{number}")
    citizens.remember(user, citizens.Claims("Trần Thị Bình", number, "0912 000 202", "binh@example.vn"))
    return user


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def owned(number: str = BINH) -> Dossier:
    made = factories.dossier()
    made.owner_identity_number = number
    made.save()
    return made


def newest(phones: Path, to: str) -> str:
    """Return the code in the last text."""
    one_time_codes.send_waiting()
    last = json.loads(phones.read_text().splitlines()[-1])
    assert last["to"] == to
    match = re.search(r"\d{6}", last["text"])
    assert match
    return match.group()
