"""`manage.py grant_web_role NAME`: what the processes may do in the database, and no more (S-31)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg2 import sql

from core.database.triggers import append_only_tables

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)


class Command(BaseCommand):
    """Lets a role read and write rows, but neither define tables nor change ledger, receipts and audit.

    The role that owns the tables runs this after every `migrate`; web, worker, sweeper and the others then
    connect as NAME. Whoever gets hold of one of them can drop no trigger.
    """

    help = "Grant a PostgreSQL role what the processes need; append-only tables are only added to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the role's name."""
        parser.add_argument("name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        """Grant and revoke in one transaction. Raises CommandError without such a role."""
        role = sql.Identifier(name)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [name, name])
            is_owner, exists = cursor.fetchone()
            if is_owner:
                raise CommandError(f"{name} owns the tables: make a second role for the processes.")
            if not exists:
                raise CommandError(f"There is no role {name}: CREATE ROLE {name} LOGIN PASSWORD '…' first.")
            frozen = append_only_tables()
            for statement in _GRANTS:
                cursor.execute(sql.SQL(statement).format(role=role))
            for table in frozen:
                added_to = sql.SQL("REVOKE UPDATE, DELETE ON {table} FROM {role}")
                cursor.execute(added_to.format(table=sql.Identifier(table), role=role))
        self.stdout.write(f"{name} reads and writes rows; it only adds to {', '.join(frozen)}.")
