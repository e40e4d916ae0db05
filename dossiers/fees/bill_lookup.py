"""Looks up bills by what only dossiers know, for the accountants: code however typed, phone, name."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value

from core.database import name_search
from core.values.codes import dossier_code
from core.values.identity import clean_phone
from dossiers.models import DossierBill
from dossiers.models.dossier import compact_code


def bills_of(text: str) -> QuerySet[Any, Any] | None:
    """Return the bills of the dossiers with this code, national code, phone or name; None where it is none of them."""
    links = DossierBill.objects.order_by().values("bill")
    try:
        return links.filter(dossier__owner_phone=clean_phone(text))
    except ValidationError:
        pass
    letters = dossier_code(text)
    if re.search(r"\d", text):
        if len(letters) < 10:
            return None
        named = Q(compact=Value(letters)) | Q(dossier__national_code=text)
        return links.alias(compact=compact_code("dossier__code")).filter(named)
    if len(text.split()) < 2 or not name_search.is_selective(text):
        return None
    return links.filter(name_search.has_words("dossier__owner_search_key", text))
