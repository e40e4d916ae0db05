"""A column of networks in PostgreSQL's own type, which takes nothing else and sorts them by their numbers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.lookups import Exact, GreaterThanOrEqual

from core.values import networks

#: Longer than any of IPv6.
_LONGEST = 49


class NetworkField(models.CharField):  # type: ignore[type-arg]
    """A network in CIDR notation: `clean` reads it as people write it and keeps it as PostgreSQL does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", _LONGEST)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        """PostgreSQL's type; it refuses an address with a part beyond its network."""
        return "cidr"

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return what is kept. Raises ValidationError."""
        return super().clean(str(networks.read(str(value or ""))), model_instance)


def is_narrow(field: str) -> Q:
    """Return the constraint that a network is no wider than an office's (`networks.WIDEST`)."""
    number = models.IntegerField()
    length, family = (Func(F(field), function=name, output_field=number) for name in ("masklen", "family"))
    widest = Case(When(Exact(family, 4), then=Value(networks.WIDEST[4])), default=Value(networks.WIDEST[6]))
    return Q(GreaterThanOrEqual(length, widest))
