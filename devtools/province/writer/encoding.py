"""Encodes a column's values as PostgreSQL's COPY reads them, by the model's own field."""

from __future__ import annotations

import json
from collections.abc import Callable
from operator import methodcaller
from typing import Any

from django.db import connection, models

from core.database.encryption import EncryptedTextField, SearchKeyField

from .row import Row

Encoder = Callable[[Any], str]
NULL = r"\N"
_write_json = json.JSONEncoder(ensure_ascii=False).encode
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def encoder_of(field: models.Field[Any, Any]) -> Encoder:
    """Return the function that writes one value of a field, not None. Raises TypeError for a sort unknown here."""
    if isinstance(field, models.ForeignKey):
        return _key
    if isinstance(field, models.BooleanField):
        return lambda value: "t" if value else "f"
    if isinstance(field, models.DateTimeField | models.DateField):
        return methodcaller("isoformat")
    if isinstance(field, models.IntegerField):
        return _number
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.BinaryField):
        return lambda value: rf"\\x{value.hex()}"
    if isinstance(field, EncryptedTextField):
        return lambda value: _text(field.get_db_prep_save(value, connection))
    if isinstance(field, models.CharField | models.TextField | models.UUIDField | models.FileField):
        return _text
    if isinstance(field, models.GenericIPAddressField):
        return _text
    raise TypeError(f"{field} has no encoder: give it one in {__name__}")


def is_derived(field: models.Field[Any, Any]) -> bool:
    """Tell whether the model computes a column of another one when it is saved."""
    return isinstance(field, SearchKeyField)


def _number(value: Any) -> str:
    return str(int(value["id"] if isinstance(value, Row) else value))


def _key(value: Any) -> str:
    return str(value["id"] if isinstance(value, Row) else int(value))


def _text(value: Any) -> str:
    text = str(value() if callable(value) else value)
    if text.isprintable() and "\\" not in text:  # nearly all: no tab, no new line
        return text
    return text.translate(_ESCAPES)


def _json(value: Any) -> str:
    return _write_json(value() if callable(value) else value).translate(_ESCAPES)
