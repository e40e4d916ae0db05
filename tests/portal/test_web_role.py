"""The processes' database role can do their work and cannot unmake what was written (S-31)."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import psycopg2.errors
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model

from agencies.audit import record as audit
from agencies.models import AuditEntry, AuditLink
from devtools.embedded.postgres import WEB_ROLE
from dossiers.models import Assignment, DossierEvent
from payments.callbacks import inbox
from payments.models import BillLine, LedgerEvent, Receipt, ReceiptCancellation
from payments.settlement import ledger_check
from payments.states import PaymentState
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db
FROZEN = (LedgerEvent, Receipt, ReceiptCancellation, BillLine, AuditEntry, AuditLink, DossierEvent, Assignment)


@pytest.fixture
def web_role() -> Iterator[str]:
    """Everything after this runs as the web process does; the test's rollback takes grants and role back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        if not cursor.fetchone():
            # A server that is not ours (DATABASE_URL): its user must be allowed to create roles.
            cursor.execute(f"CREATE ROLE {WEB_ROLE}")
            cursor.execute(f"GRANT {WEB_ROLE} TO CURRENT_USER")
    call_command("grant_web_role", WEB_ROLE, stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
    yield WEB_ROLE
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def _is_denied(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return isinstance(error.__cause__, psycopg2.errors.InsufficientPrivilege)
    return False


def test_a_payment_is_settled_with_the_rights_of_the_web(web_role: str) -> None:
    payment = factories.payment()
    post(confirm(payment))
    inbox.drain_all()
    payment.refresh_from_db()
    audit.record("test", "test", actor=None)
    assert (payment.state, Receipt.objects.count()) == (PaymentState.PAID, 1)
    assert LedgerEvent.objects.filter(payment=payment).exists()
    assert AuditEntry.objects.exists()
    assert ledger_check.check() == []


@pytest.mark.parametrize("model", FROZEN)
def test_what_was_written_cannot_be_changed_nor_its_guard_taken_away(web_role: str, model: type[Model]) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    assert _is_denied(f"UPDATE {table} SET {key} = {key}")  # noqa: S608
    assert _is_denied(f"DELETE FROM {table}")  # noqa: S608
    assert _is_denied(f"TRUNCATE {table} CASCADE")
    assert _is_denied(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    assert not _is_denied(f"SELECT {key} FROM {table} LIMIT 1")  # noqa: S608


def test_control_the_owner_could_take_the_guard_away() -> None:
    assert not _is_denied("ALTER TABLE payments_ledgerevent DISABLE TRIGGER USER")


def test_migrations_are_not_for_the_web(web_role: str) -> None:
    assert _is_denied("DELETE FROM django_migrations")
    assert _is_denied("CREATE TABLE extra (id int)")


@pytest.mark.parametrize("name", ["nobody_knows", ""])
def test_a_role_that_is_none_is_named(name: str) -> None:
    with pytest.raises(CommandError, match="CREATE ROLE"):
        call_command("grant_web_role", name)


def test_the_owner_is_no_second_role() -> None:
    with pytest.raises(CommandError, match="second role"):
        call_command("grant_web_role", connection.settings_dict["USER"])
