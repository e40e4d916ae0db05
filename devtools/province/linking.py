"""Links the audit as it is written, by the product's own hash, instead of reading each entry back afterwards."""

from __future__ import annotations

import logging

from agencies.audit import chain
from agencies.models import AuditEntry

from .writer.pages import Pages
from .writer.row import Row


class Linker:
    """Adds the link of each entry that has its id. It begins with an empty chain."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._hash = ""
        self._position = 0
        self._entry = AuditEntry(address="")

    def link(self, rows: list[Row]) -> None:
        """Link entries, in the order of their ids; what only their id could tell is told now."""
        entry = self._entry
        for row in rows:
            if callable(row["subject"]):
                row["subject"] = row["subject"]()
            entry.pk, entry.at, entry.actor_id, entry.action = row["id"], row["at"], row["actor_id"], row["action"]
            entry.subject, entry.agency_id, entry.detail = row["subject"], row["agency_id"], row["detail"]
            self._position += 1
            self._hash = chain.hash_of(self._position, self._hash, entry)
            self._pages.add("audit_link", row.at, entry_id=row, hash=self._hash)

    @staticmethod
    def link_the_rest() -> None:
        """Let the product link, and sign, what it finds: the latest entries. The log hears nothing of it meanwhile."""
        logging.disable(logging.INFO)  # the progress bar stands there
        try:
            while chain.link_due():
                pass
        finally:
            logging.disable(logging.NOTSET)
