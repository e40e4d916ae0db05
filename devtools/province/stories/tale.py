"""One dossier on its way: what a story knows, and the rows every step writes beside its own."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from agencies.models import Role
from devtools.province.people.persons import Owner
from devtools.province.pricing import Priced
from devtools.province.scene import Place
from devtools.province.world import World
from devtools.province.writer.row import Row
from dossiers.messages.outbox import text_of
from dossiers.models import EventKind
from procedures.calendar.working_time import Pause
from procedures.models import ProcedureCase


class NotYet(Exception):
    """What would come next lies ahead of now: the story waits here."""


@dataclass(slots=True)
class Tale:
    """A dossier, its bills and what happened so far. `settled_at` is when nothing was owed any more."""

    world: World
    rng: Random
    place: Place
    case: ProcedureCase
    priced: Priced
    owner: Owner
    channel: str
    dossier: Row = field(default_factory=lambda: Row(datetime.max.replace(tzinfo=UTC), {}))
    bills: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    pauses: list[Row] = field(default_factory=list)
    settled_at: datetime | None = None
    extended_at: datetime | None = None
    #: Somebody is about to pay, or (forgotten) does not mean to.
    is_paying: bool = False
    is_forgotten: bool = False
    last: datetime = field(default_factory=lambda: datetime.min.replace(tzinfo=UTC))
    #: What happens once the rest is told: money that goes back does so when nothing else is under way.
    afterwards: list[Callable[[datetime], None]] = field(default_factory=list)

    def when(self, at: datetime) -> datetime:
        """Return the moment. Raises NotYet when it has not come."""
        if at >= self.world.now:
            raise NotYet
        return at

    def write(self, table: str, at: datetime, /, **values: Any) -> Row:
        """Put down a row of this dossier's story."""
        self.last = max(self.last, at)
        return self.world.pages.add(table, at, **values)

    def event(self, at: datetime, kind: str, **values: Any) -> None:
        """Add a line to the timeline."""
        self.write("event", at, dossier_id=self.dossier, kind=kind, at=at, **values)

    def moved(self, at: datetime, after: int, actor: int | None, note: str = "") -> None:
        """Let the dossier go to a state, with its line of the timeline, as `transitions.advance` does."""
        before = self.dossier["state"]
        self.dossier["state"] = after
        kind = EventKind.HANDED_OVER if after == 10 else EventKind.STATE_CHANGED
        self.event(at, kind, before=before, after=after, actor_id=actor, note=note[:255])

    def tell(self, kind: str, subject: Any, at: datetime, *, wait: float = 0.0, **values: Any) -> None:
        """Queue messages as `outbox.tell` does, and let most of them have gone out."""
        text = text_of(kind, self.dossier["code"], values)
        for channel, address in (("sms", self.owner.phone), ("email", self.owner.email)):
            if address:
                due = at + timedelta(seconds=wait)
                self.write(
                    "message",
                    at,
                    subject=subject,
                    kind=kind,
                    channel=channel,
                    dossier_id=self.dossier,
                    recipient=address,
                    text=text,
                    created_at=at,
                    **{"next_attempt_at": due, **self._sent(due, channel)},
                )

    def report(self, at: datetime, refund: Row) -> None:
        """Tell a connected system how far a refund of its bill has come: of a dossier's bill there is none to tell."""

    def _sent(self, due: datetime, channel: str) -> dict[str, Any]:
        """What became of a message: nearly all go out at once, some after a while, some never."""
        fate = self.rng.random()
        if fate < (0.02 if channel == "email" else 0.004):
            age = self.world.now - due
            if age > timedelta(hours=14):
                error = "550 5.1.1 mailbox unavailable" if channel == "email" else "HTTP 503"
                gave_up = due + timedelta(hours=11)
                return {"attempts": 10, "gave_up_at": gave_up, "next_attempt_at": gave_up, "last_error": error}
            tries = max(1, min(9, int(age.total_seconds() // 3600) + 2))
            later = self.world.now + timedelta(minutes=self.rng.randint(5, 90))
            return {"attempts": tries, "next_attempt_at": later, "last_error": "HTTP 503"} if age > timedelta() else {}
        tries = 2 if fate > 0.99 else 1
        sent = due + timedelta(seconds=self.rng.uniform(0.3, 4.0) if tries == 1 else self.rng.uniform(31, 40))
        return {"attempts": tries, "sent_at": sent} if sent < self.world.now else {}

    def officer(self, role: Role, place: int = 0) -> int:
        """Return who does a work at this dossier's office."""
        return self.place.office.one(role, place)

    def stopped_clock(self) -> list[Pause]:
        """Return the pauses that are over, as far as they count from reception on."""
        start = self.dossier.get("received_at") or self.dossier["submitted_at"]
        ended = [(row["started_at"], row["ended_at"]) for row in self.pauses if row.get("ended_at")]
        return [Pause(max(began, start), end) for began, end in ended if end > start]

    def count_deadline(self) -> None:
        """Set both dates anew, as `deadlines.count` does."""
        row, clock = self.dossier, self.world.clock
        start = row.get("received_at") or row["submitted_at"]
        value, unit = self.case.duration_by(self.channel), self.case.duration_unit
        pauses = self.stopped_clock()
        row["original_due_at"] = clock.due(start, value, unit)
        if self.extended_at is None:
            row["due_at"] = clock.due(start, value, unit, pauses)
        elif later := [pause for pause in pauses if pause.started >= self.extended_at]:
            noon = row["_promised_at"].replace(hour=12, minute=0)
            row["due_at"] = clock.due(noon, 0, "working_day", later)
        else:
            row["due_at"] = row["_promised_at"]


def token(rng: Random) -> str:
    """Return 128 bits as `new_token` writes them."""
    return base64.urlsafe_b64encode(rng.randbytes(16)).rstrip(b"=").decode()
