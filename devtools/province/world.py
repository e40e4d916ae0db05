"""What all stories share: the scene, the pages they write on, the counters, the drawers, the banks' days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from agencies.models import Role
from payments.models.bills import FeeKind
from payments.receipts.issue import TEMPLATE, serials_of

from .aside import samples
from .aside.samples import Samples
from .clock import Clock
from .scene import Contract, Place, Scene
from .writer.pages import Pages
from .writer.row import Row, naming


@dataclass(slots=True)
class BankDay:
    """What a bank's file of one day will say, of one contract; then what both sides count of the day."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    ours: list[int] = field(default_factory=list)
    theirs: list[int] = field(default_factory=list)


#: Opens every dossier that is loaded, together with its code.
PIN = "2580"


@dataclass(slots=True)
class World:
    """`now` is where every story ends; `pin_hash` opens every dossier, `samples` are the files behind rows.

    `outages` are the spans in which a contract took no payment, `lines` counts those of the banks' files that the
    ledger knows.
    """

    scene: Scene
    pages: Pages
    first: date
    now: datetime
    pin_hash: str
    samples: Samples
    homes: list[str]
    counters: dict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    banks: dict[tuple[int, date], BankDay] = field(default_factory=lambda: defaultdict(BankDay))
    books: list[dict[str, Any]] = field(default_factory=list)
    outages: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    #: A drawer that is not closed in the evening: the office, and the day.
    left_open: tuple[int, date] | None = None
    lines: int = 0
    copies: int = 0
    _series: dict[tuple[int, str, int], Row] = field(default_factory=dict)
    _shifts: dict[tuple[int, date], Row] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """The calendar."""
        return self.scene.clock

    def next_code(self, place: Place, day: date) -> str:
        """Return the next code of an office on a day, as `submission.numbering` counts."""
        key = (place.agency.identifier, day)
        self.counters[key] += 1
        return f"{place.agency.identifier}-{day:%y%m%d}-{self.counters[key]:04d}"

    def series(self, agency_id: int, kind: str, at: datetime) -> Row:
        """Return the book of receipts of an office, a kind and a year."""
        day = self.clock.day_of(at)
        key = (agency_id, kind, day.year)
        if key not in self._series:
            serial = dict(zip(FeeKind.values, serials_of(day), strict=True))[kind]
            self._series[key] = self.pages.add(
                "series",
                self.clock.midnight(self.first),
                agency_id=agency_id,
                kind=kind,
                template=TEMPLATE[FeeKind(kind)],
                serial=serial,
            )
        return self._series[key]

    def shift(self, place: Place, at: datetime, rng: Random) -> Row:
        """Return the cashier's drawer of an office on the day of a moment, opened in the morning."""
        day = self.clock.day_of(at)
        key = (place.agency.pk, day)
        if key not in self._shifts:
            opened = datetime.combine(day, time(7, rng.randint(15, 29)), tzinfo=at.tzinfo)
            amount = rng.choice((0, 200_000, 500_000))
            cashier = place.office.one(Role.CASHIER)
            row = self._shifts[key] = self.pages.add(
                "shift",
                opened,
                agency_id=place.agency.pk,
                cashier_id=cashier,
                opened_at=opened,
                opening_amount=amount,
                _taken=0,
            )
            self.audit(opened, cashier, "shift_open", naming("shift:", row), place.agency.pk, amount=amount)
            self._close(row, place, day, rng)
        return self._shifts[key]

    def _close(self, row: Row, place: Place, day: date, rng: Random) -> None:
        """Let a drawer be counted in the evening; one in forty differs."""
        closed = datetime.combine(day, time(17, rng.randint(2, 40)), tzinfo=self.clock.midnight(day).tzinfo)
        difference = rng.choice((-1000, -2000, 1000, 5000, -10_000)) if rng.random() < 0.025 else 0
        if closed >= self.now or self.left_open == (place.agency.pk, day):
            return
        row |= {"closed_at": closed, "_difference": difference}
        if difference:
            row["note"] = rng.choice(
                ("Trả nhầm tiền lẻ, đã báo kế toán", "Khách không nhận lại tiền thừa", "Đếm thiếu")
            )
        cashier = row["cashier_id"]
        self.audit(closed, cashier, "shift_close", naming("shift:", row), place.agency.pk, difference=difference)

    def reading(self, contract: int, day: date) -> tuple[datetime, datetime]:
        """Return when the bank's file of the days before is read on a working day, and when somebody confirms it."""
        rng = Random(f"{contract}:{day}")  # noqa: S311 - the same whoever asks
        read = self.clock.midnight(day) + timedelta(hours=7.6 + 2.2 * rng.random() * rng.random())
        return read, read + timedelta(seconds=rng.uniform(40, 900))

    def is_last_file(self, day: date) -> bool:
        """Tell whether no file has been read after those of a working day: it waits to be confirmed."""
        return self.clock.next_morning(self.clock.midnight(day)) > self.now

    def takes_payments(self, gateway: str, at: datetime) -> bool:
        """Tell whether the province's contract with a gateway takes new payments at a moment."""
        spans = self.outages.get(self.scene.contracts[gateway].pk, ())
        return not any(began - timedelta(minutes=1) <= at <= ended for began, ended in spans)

    def copy_of(self, file: str) -> str:
        """Return a name of its own for a file behind a row."""
        self.copies += 1
        return samples.copy_of(file, self.copies)

    def audit(
        self, at: datetime, actor: int | None, action: str, subject: Any, agency_id: int | None, **detail: Any
    ) -> None:
        """Put down an entry of the audit; `chain.link_due` links it afterwards."""
        self.pages.add(
            "audit", at, at=at, actor_id=actor, action=action, subject=subject, agency_id=agency_id, detail=detail
        )

    def bank_paid(self, told: dict[str, Any], event: Row | None) -> None:
        """Write money down on the bank's side: in its books, and in its file of the day."""
        moment = datetime.fromtimestamp(told["paid_at"], tz=self.clock.midnight(self.first).tzinfo)
        contract: Contract = told["_contract"]
        self.banks[contract.pk, moment.date()].rows.append({**told, "moment": moment, "event": event})
        self.book(told)

    def book(self, told: dict[str, Any]) -> None:
        """Put a transaction into the books of the sandbox's banks, which keep the province's contracts only."""
        if told["_contract"].until is None:
            self.books.append(told)


def count_drawers(rows: list[Row]) -> None:
    """Before drawers are written: what should be in those that were counted, and what was."""
    for row in rows:
        if row.get("closed_at"):
            row["expected_amount"] = row["opening_amount"] + row["_taken"]
            row["counted_amount"] = max(row["expected_amount"] + row["_difference"], 0)
            if row["counted_amount"] == row["expected_amount"]:
                row["note"] = ""
            elif not row.get("note"):
                row["note"] = "Chênh lệch khi đếm"
