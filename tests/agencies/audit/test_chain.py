"""The audit holds against whoever may write to the database, and nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from agencies.audit import chain as audit_chain
from agencies.audit import record as audit
from agencies.models import AuditEntry, AuditLink
from core.background import sweeper
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


def chain(length: int = 5, *, batches: int = 2) -> list[AuditEntry]:
    """Entries, linked in so many batches."""
    agency = factories.agency()
    officer = factories.officer(agency)
    for _batch in range(batches):
        for number in range(length):
            audit.record("view", f"dossier:{number}", actor=officer, agency=agency, amount=1.5, name="Nguyễn")
        audit_chain.link_due()
    return list(AuditEntry.objects.order_by("id"))


FOREIGN_KEY = "SELECT conname FROM pg_constraint WHERE conrelid = 'agencies_auditlink'::regclass AND contype = 'f'"
TABLES = ("agencies_auditentry", "agencies_auditlink")


def as_owner(sql: str, *values: Any) -> None:
    """Change rows as somebody does who owns the tables, or the server: no trigger, no foreign key."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FOREIGN_KEY)
        (name,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE agencies_auditlink DROP CONSTRAINT {name}")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(
            f"ALTER TABLE agencies_auditlink ADD CONSTRAINT {name} FOREIGN KEY (entry_id)"
            " REFERENCES agencies_auditentry DEFERRABLE INITIALLY DEFERRED NOT VALID"
        )


def verdict(**options: Any) -> tuple[str, int]:
    """What the command says, and how it ends."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
    except SystemExit as end:
        return out.getvalue(), int(str(end.code))
    return out.getvalue(), 0


def test_a_chain_holds_and_a_second_round_adds_nothing() -> None:
    chain()
    assert audit_chain.link_due() == 0
    head = AuditLink.objects.order_by("-position")[0]
    assert (head.position, verdict(head=str(head))) == (10, (f"the audit holds; head {head}\n", 0))


TAMPERING: dict[str, tuple[str, int, str]] = {
    "an act made another": ("UPDATE agencies_auditentry SET action = 'print' WHERE id = %(entry)s", 4, "changed"),
    "an actor cleared": ("UPDATE agencies_auditentry SET actor_id = NULL WHERE id = %(entry)s", 4, "changed"),
    "a time moved": ("UPDATE agencies_auditentry SET at = at - interval '1 second' WHERE id = %(entry)s", 4, "changed"),
    "a detail edited": ("UPDATE agencies_auditentry SET detail = '{\"amount\": 2}' WHERE id = %(entry)s", 4, "changed"),
    "an entry removed": ("DELETE FROM agencies_auditentry WHERE id = %(entry)s", 4, "removed"),
    "an entry removed with its link": (
        "DELETE FROM agencies_auditlink WHERE entry_id = %(entry)s; "
        "DELETE FROM agencies_auditentry WHERE id = %(entry)s", 4, "a link is missing",
    ),
    "a signature made up": ("UPDATE agencies_auditlink SET signature = 'x' WHERE position = 5", 5, "not ours"),
    "the end cut off": ("DELETE FROM agencies_auditlink WHERE position > 7", 7, "not signed"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_what_the_owner_of_the_tables_changes_is_found_where_it_was_done(how: str) -> None:
    entries = chain()
    sql, position, why = TAMPERING[how]
    as_owner(sql.replace("%(entry)s", str(entries[3].pk)))
    said, code = verdict()
    assert (code, said.startswith(f"BROKEN at link {position},"), why in said) == (1, True, True), said


def _computed_anew(entry: AuditEntry) -> None:
    """Change an entry and compute every hash after it, as an attacker who read our code would."""
    as_owner("UPDATE agencies_auditentry SET subject = 'dossier:other' WHERE id = %s", entry.pk)
    before = ""
    for link in AuditLink.objects.select_related("entry").order_by("position"):
        before = audit_chain.hash_of(link.position, before, link.entry)
        as_owner("UPDATE agencies_auditlink SET hash = %s WHERE position = %s", before, link.position)


def _cut_cleanly(_entry: AuditEntry) -> None:
    """Remove the whole last batch: what is left ends with a good signature."""
    as_owner("DELETE FROM agencies_auditlink WHERE position > 5")
    as_owner("DELETE FROM agencies_auditentry WHERE id NOT IN (SELECT entry_id FROM agencies_auditlink)")


@pytest.mark.parametrize(("attack", "why"), [(_computed_anew, "not ours"), (_cut_cleanly, "ends before the head")])
def test_what_the_database_alone_cannot_tell_the_key_and_a_noted_head_do(
    attack: Callable[[AuditEntry], None], why: str
) -> None:
    entries = chain()
    head = str(AuditLink.objects.order_by("-position")[0])
    attack(entries[3])
    said, code = verdict(head=head)
    assert (code, why in said) == (1, True), said


def test_an_entry_that_lost_its_link_or_never_had_one_is_named() -> None:
    entries = chain()
    as_owner("UPDATE agencies_auditentry SET at = at - interval '3 hours'")
    as_owner("DELETE FROM agencies_auditlink")
    assert (
        verdict()[0] == f"BROKEN at link 1, entry {entries[0].pk}: an entry was never linked, or its link was removed\n"
    )


def test_neither_our_code_nor_a_person_at_a_prompt_changes_it_by_mistake() -> None:
    chain(1, batches=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(action="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditLink.objects.update(hash="x")
    for rows in (AuditLink.objects.all(), AuditEntry.objects.all()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows._raw_delete("default")  # without Django's own look at foreign keys


def test_whoever_writes_waits_for_nobody_and_what_commits_late_is_linked_too() -> None:
    """One transaction has written and stays open; others write, and are linked, meanwhile."""
    officer = factories.officer(factories.agency())
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            audit.record("view", "dossier:slow", actor=officer)
            written.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
        audit.record("view", "dossier:quick", actor=officer)
    assert audit_chain.link_due() == 1
    may_commit.set()
    thread.join(10)
    assert audit_chain.link_due() == 1
    assert [link.entry.subject for link in AuditLink.objects.order_by("position")] == ["dossier:quick", "dossier:slow"]
    assert audit_chain.first_fault() is None


def test_rounds_at_once_make_one_chain() -> None:
    officer = factories.officer(factories.agency())
    for number in range(100):
        audit.record("view", f"dossier:{number}", actor=officer)
    done: list[int] = []
    start = threading.Barrier(4)

    def round_() -> None:
        start.wait(10)
        done.append(audit_chain.link_due())
        connection.close()

    threads = [threading.Thread(target=round_) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sum(done) == AuditLink.objects.count() == 100
    assert audit_chain.first_fault() is None


def test_the_sweeper_links_whatever_else_it_does() -> None:
    audit.record("view", "dossier:1", actor=None)
    assert sweeper.sweep()["audit"] == 1
    assert audit_chain.first_fault() is None
