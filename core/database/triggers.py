"""Triggers that guard rows, declared in a model's `Meta.triggers`."""

from __future__ import annotations

import pgtrigger
from django.db import models
from pgtrigger import compiler


class GuardSql(compiler.UpsertTriggerSql):
    """Installs a trigger without django-pgtrigger's switch: no session variable may turn a guard off."""

    def get_template(self) -> str:
        """Return the library's template without the check of `pgtrigger.ignore`."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table} {timing} {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Guard(pgtrigger.Trigger):
    """A row trigger that runs before the change. Subclasses and uses name `func` and `operation`."""

    when = pgtrigger.Before
    operation = pgtrigger.Update | pgtrigger.Delete

    def compile(self, model: models.Model) -> compiler.Trigger:
        """Compile as the library does, with our template."""
        compiled = super().compile(model)
        return compiler.Trigger(name=compiled.name, sql=GuardSql(**compiled.sql.kwargs))


class AppendOnly(Guard):
    """Rows are added, never changed or deleted: PostgreSQL refuses with `restrict_violation`."""

    func = (
        "RAISE EXCEPTION '% is append-only: correct with a new row', TG_TABLE_NAME"
        " USING ERRCODE = 'restrict_violation';"
    )


def append_only_tables() -> list[str]:
    """Return the tables whose rows are only ever added, sorted."""
    return sorted(model._meta.db_table for model, trigger in pgtrigger.registered() if isinstance(trigger, AppendOnly))
