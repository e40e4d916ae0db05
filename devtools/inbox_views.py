"""Inbox of the demo's phones and mailboxes, so that a visitor can read codes. Sandbox only."""

from __future__ import annotations

import json
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

MOST = 50


@never_cache
@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """Show the newest messages first. Raises Http404 wherever messages are real."""
    if not settings.IS_SANDBOX:
        raise Http404
    return render(request, "devtools/inbox.html", {"received": list(reversed(received()))})


def received() -> list[dict[str, Any]]:
    """Return what the sandbox's providers, or `channels.to_file`, wrote last, oldest first, but no line cut off."""
    path = Path(settings.MESSAGE_FILE)
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        lines = deque(file, maxlen=MOST)
    parsed = [json.loads(line) for line in lines if line.endswith("}\n")]
    return [line | {"at": datetime.fromisoformat(line["at"])} for line in parsed]
