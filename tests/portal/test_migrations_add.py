"""While a new version starts, the old one works on the new tables (R-64): migrations add what may be left out.

A web process of yesterday inserts without the column of today: PostgreSQL must know what to put there. Removing comes
one version after the code has stopped using it, and is then named in REMOVED with the version that stopped.
"""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

APPS = ("agencies", "procedures", "payments", "dossiers", "portal")
#: Up to these numbers everything belongs to the first release: nobody upgrades from between them.
BEFORE = {"agencies": 9, "procedures": 9, "payments": 10, "dossiers": 15, "portal": 9}
#: (app, migration): since which version nobody uses what it removes.
REMOVED: dict[tuple[str, str], str] = {}
_BREAKING = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def fault_of(operation: Operation) -> str:
    """Return what the version before could not bear, or nothing."""
    if isinstance(operation, _BREAKING):
        return "takes away what the version before uses"
    if isinstance(operation, migrations.AddField):
        field = operation.field
        is_left_out = field.null or field.db_default is not models.NOT_PROVIDED or field.many_to_many
        return "" if is_left_out else "adds a column the version before does not fill: give it db_default or null=True"
    return ""


def test_migrations_since_the_rule_only_add() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    faults = [
        f"{app}.{name}: {operation.describe()} {fault}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in APPS and int(name[:4]) > BEFORE[app] and (app, name) not in REMOVED
        for operation in migration.operations
        if (fault := fault_of(operation))
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("operation", "is_borne"),
    [
        (migrations.RemoveField("notification", "body"), False),
        (migrations.RenameField("notification", "body", "text"), False),
        (migrations.AddField("notification", "x", models.IntegerField(default=0)), False),
        (migrations.AddField("notification", "x", models.IntegerField(db_default=0)), True),
        (migrations.AddField("notification", "x", models.IntegerField(null=True)), True),
    ],
    ids=["removed", "renamed", "default only in Python", "default in PostgreSQL", "may be null"],
)
def test_the_rule_knows_what_an_old_process_can_bear(operation: Operation, is_borne: bool) -> None:
    assert (fault_of(operation) == "") is is_borne
