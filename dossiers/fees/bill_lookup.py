"""Looks up bills by what only dossiers know, for the accountants: code however typed, phone, name."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value

from core.values.identity import clean_phone
from core.values.text import fold
from dossiers.models import DossierBill
from dossiers.models.dossier import compact_code

#: Fewer letters would make PostgreSQL read every name.
LEAST_LETTERS = 3


def bills_of(text: str) -> QuerySet[Any, Any] | None:
    """Return the bills of the dossiers with this code, national code, phone or name; None where it is none of them."""
    links = DossierBill.objects.order_by().values("bill")
    try:
        return links.filter(dossier__owner_phone=clean_phone(text))
    except ValidationError:
        pass
    compact = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    if re.search(r"\d", text):
        if len(compact) < 10:
            return None
        named = Q(compact=Value(compact)) | Q(dossier__national_code=text)
        return links.alias(compact=compact_code("dossier__code")).filter(named)
    words = fold(text).split()
    if len(words) < 2 or not any(len(word) >= LEAST_LETTERS for word in words):
        return None
    for word in words:
        links = links.filter(dossier__owner_search_key__contains=word)
    return links
