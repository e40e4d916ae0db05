"""The quick migrations of tests and demo leave the schema that the models declare."""

from __future__ import annotations

from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from pgtrigger.core import INSTALLED

COLUMNS = """
SELECT relname, attname, format_type(atttypid, atttypmod), NOT attnotnull
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, attname, confrelid::regclass::text
FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""


#: Columns that no model has any more: a release later a migration drops them.
LEAVING = {("dossiers_dossier", "pin_failures", "smallint", False)}


def models() -> list[type[Model]]:
    """Return every model that has a table of its own, those of many-to-many relations included."""
    return [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]


def _kind(model: type[Model], field: Any) -> str:
    """Return the type of a field's column in PostgreSQL's own words."""
    if model._meta.auto_created and field.primary_key:
        return "bigint"  # migrations number them by DEFAULT_AUTO_FIELD, whatever their app says
    kind = str(field.db_type(connection)).replace("varchar", "character varying")
    return "time without time zone" if kind == "time" else kind


@pytest.mark.django_db
def test_columns_and_foreign_keys_are_those_of_the_models() -> None:
    columns, keys = set(), set()
    for model in models():
        table = model._meta.db_table
        for field in model._meta.local_concrete_fields:
            columns.add((table, field.column, _kind(model, field), field.null))
            if field.remote_field and field.db_constraint:  # type: ignore[attr-defined]
                keys.add((table, field.column, field.remote_field.model._meta.db_table))
    tables = {table for table, *_ in columns}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        assert {row for row in cursor.fetchall() if row[0] in tables} - LEAVING == columns
        cursor.execute(FOREIGN_KEYS)
        assert {row for row in cursor.fetchall() if row[0] in tables} == keys
    assert len(tables) > 80


@pytest.mark.django_db
def test_every_index_and_constraint_of_the_models_is_there() -> None:
    missing = []
    for model in models():
        with connection.cursor() as cursor:
            names = set(connection.introspection.get_constraints(cursor, model._meta.db_table))
        declared = {rule.name for rule in (*model._meta.constraints, *model._meta.indexes)}
        missing += [f"{model._meta.db_table}: {name}" for name in declared - names]
    assert missing == []


@pytest.mark.django_db
def test_every_trigger_of_the_models_is_there() -> None:
    triggers = pgtrigger.registered()
    states = {str(trigger): trigger.get_installation_status(model)[0] for model, trigger in triggers}
    assert states == dict.fromkeys(states, INSTALLED)
    assert len(triggers) > 10
