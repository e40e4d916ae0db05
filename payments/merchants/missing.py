"""Gateways whose package is gone or broken while contracts and money of theirs exist.

Nothing of them is lost: jobs leave their rows waiting until the package is back, and go on with the others (R-75).
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TypeVar

from django.db.models import Model, QuerySet

from gateways import registry
from payments.models import MerchantAccount

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)


def is_usable(slug: str) -> bool:
    """Tell whether a job can work for a gateway; one it cannot work for is logged once a process."""
    if registry.is_usable(slug):
        return True
    _log(slug)
    return False


def named(slug: str) -> str:
    """Return the slug of a gateway that no package provides, for a page to name; "" for one that works."""
    return "" if registry.is_usable(slug) else slug


@cache
def _log(slug: str) -> None:
    logger.error("the package of gateway %s is gone or broken: what is to be done there waits until it is back", slug)


def without_missing(rows: QuerySet[Row], gateway: str) -> QuerySet[Row]:
    """Leave out the rows of gateways that no package provides; `gateway` is the lookup of their slug. One query."""
    slugs = rows.order_by().values_list(gateway, flat=True).distinct()
    missing = [slug for slug in slugs if slug and not is_usable(slug)]
    return rows.exclude(**{f"{gateway}__in": missing}) if missing else rows


def all_names() -> list[str]:
    """Return the gateways that have a contract and no package, and the packages that are broken, sorted. One query."""
    slugs = contracts().order_by().values_list("gateway", flat=True)
    return sorted({*slugs, *(fault.name for fault in registry.broken())})


def contracts() -> QuerySet[MerchantAccount]:
    """Return the merchant accounts whose gateway no package provides."""
    return MerchantAccount.objects.exclude(gateway__in=registry.all_slugs())
