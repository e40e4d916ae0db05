"""Health checks: live and ready."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from payments import heartbeats


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """Say which dependency is down and which process has fallen silent.

    Only PostgreSQL is needed to answer banks and people: Redis only wakes workers, and what worker and
    sweeper leave undone waits.
    """
    is_up = _postgres()
    standing = {"postgres": is_up, "redis": _redis(), **(_processes() if is_up else {})}
    return JsonResponse(
        {name: "ok" if is_well else "down" for name, is_well in standing.items()},
        status=200 if is_up else 503,
    )


def _postgres() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _processes() -> dict[str, bool]:
    silent = heartbeats.silent()
    return {process: process not in silent for process in heartbeats.PATIENCE}


def _redis() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.3, socket_connect_timeout=0.3)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
