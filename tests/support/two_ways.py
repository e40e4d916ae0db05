"""Playing one scenario twice: settled by the bulk statement, and notification by notification by the rules.

A comparison proves something only when both sides ran, so `Ways` records which notifications
each of them settled, and `Outcome` carries the numbers beside everything that was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Agency
from dossiers.models import Dossier, DossierEvent
from gateways.base import Notification as GatewayNotification
from gateways.base import OutcomeState
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.models import (
    Bill,
    BillLine,
    ClosedDay,
    Discrepancy,
    LedgerEvent,
    MerchantAccount,
    Notification,
    Payment,
    Receipt,
    ReceiptSeries,
)
from payments.models.notifications import NotificationSource
from payments.receipts import issue as receipts
from payments.settlement import apply as settlement
from payments.settlement import bulk, ledger_check
from payments.states import EventKind

from . import emptying, factories

Lines = Sequence[tuple[str, int]]
PHI: Lines = (("phi", 5000),)


class Scenario:
    """Makes rows and sends notifications, the same each time: its clock stands at `now`, its numbers count from one."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.agency = self.new_agency()
        self._sent = 0

    def new_agency(self, kinds: Iterable[str] = ("phi", "le_phi", "postage")) -> Agency:
        """An agency whose receipt books of this year are open, those of `kinds` only."""
        agency = factories.agency()
        receipts.open_books([agency.pk], timezone.localdate())
        ReceiptSeries.objects.filter(agency=agency).exclude(kind__in=kinds).delete()
        return agency

    def bill(self, lines: Lines = PHI, of: Agency | None = None) -> Bill:
        """A bill of lines given as (kind, amount)."""
        new = [NewLine("X", kind, f"{kind} {place}", amount) for place, (kind, amount) in enumerate(lines)]
        return factories.bill(of=of or self.agency, lines=new)

    def bill_written_backwards(self, lines: Lines) -> Bill:
        """A bill whose lines were stored from the last to the first."""
        bill = Bill.objects.create(
            reference="HS", agency=self.agency, agency_name="Phường", payer_name="Bình", amount=sum(a for _, a in lines)
        )
        LedgerEvent.objects.create(kind=EventKind.BILL_CREATED, bill=bill, after=bill.state, cause="test")
        BillLine.objects.bulk_create(
            BillLine(bill=bill, position=place, kind=kind, description=f"{kind} {place}", amount=amount)
            for place, (kind, amount) in reversed(list(enumerate(lines)))
        )
        return bill

    def payment(self, of: Bill | None = None, gateway: str = "vnptpay", **values: Any) -> Payment:
        """An attempt for a bill of 5.000 đ, or for the one that is given."""
        return factories.payment(of=of or self.bill(), gateway=gateway, **values)

    def notify(
        self,
        payment: Payment,
        contract: MerchantAccount | None = None,
        *,
        source: NotificationSource = NotificationSource.CALLBACK,
        **values: Any,
    ) -> int:
        """Put a notification into the inbox, of the full amount paid unless said otherwise; return its id."""
        self._sent += 1
        notification: dict[str, Any] = {
            "gateway": payment.gateway,
            "event_key": f"E{self._sent}",
            "merchant_ref": payment.merchant_ref,
            "gateway_ref": f"V{self._sent}",
            "state": OutcomeState.PAID,
            "amount": payment.amount,
            "currency": "VND",
            "occurred_at": self.now - timedelta(minutes=self._sent),
            "is_transfer": payment.gateway == "vietinbank",
        }
        message = GatewayNotification(**{**notification, **values})
        return inbox.receive(message, contract or payment.merchant_account, source=source).notification_id

    def close(self, account: MerchantAccount, day: date) -> None:
        """Close a day of a contract on which no money came."""
        nothing = dict.fromkeys(("our_amount", "our_count", "bank_amount", "bank_count"), 0)
        officer = factories.officer(self.agency)
        ClosedDay.objects.create(merchant_account=account, day=day, closed_by=officer, **nothing)


def settled_in_bulk(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Return a set that fills with the notifications the bulk statement settles from now on in this process."""
    seen: set[int] = set()
    real = bulk.settle

    def settle(notification_ids: Sequence[int]) -> bulk.Plain:
        result = real(notification_ids)
        seen.update(result.notification_ids)
        return result

    monkeypatch.setattr(bulk, "settle", settle)
    return seen


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many notifications each way settled, and all that was written."""

    in_bulk: int
    by_rules: int
    written: dict[str, list[Any]]


class Ways:
    """Runs a scenario by one way or the other, and sees which of them settled a notification."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._settle, self._apply = bulk.settle, settlement.apply

    def play(self, scenario: Callable[[Scenario], Any], now: datetime, *, in_bulk: bool) -> Outcome:
        """Play on an empty database, drain the inbox and check the ledger."""
        emptying.empty()
        settled = {"bulk": 0, "rules": 0}

        def settle(notification_ids: Sequence[int]) -> bulk.Plain:
            result = self._settle(notification_ids) if in_bulk else bulk.Plain(frozenset(), ())
            settled["bulk"] += len(result.notification_ids)
            return result

        def apply(notifications: Sequence[Notification]) -> settlement.Settled:
            result = self._apply(notifications)
            settled["rules"] += sum(notification.result == "settled" for notification in notifications)
            return result

        self._monkeypatch.setattr(bulk, "settle", settle)
        self._monkeypatch.setattr(settlement, "apply", apply)
        scenario(Scenario(now))
        inbox.drain_all()
        assert ledger_check.check() == []
        return Outcome(settled["bulk"], settled["rules"], written(now))


def written(now: datetime) -> dict[str, list[Any]]:
    """Everything that settling writes: ids counted from the first row, times of this run left out."""
    ids = {
        model: list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (Payment, Bill, Notification)
    }
    accounts = {
        pk: number for number, pk in enumerate(MerchantAccount.objects.order_by("pk").values_list("pk", flat=True))
    }

    causes = {str(pk): number for number, pk in enumerate(ids[Notification])}

    def place(model: type[Payment | Bill | Notification], pk: int | None) -> int | None:
        return ids[model].index(pk) if pk else None

    def time(value: datetime | None) -> str:
        return "none" if value is None else str(value) if value <= now else "while settling"

    def key(event: LedgerEvent) -> str:
        reference = event.payment.merchant_ref if event.payment else "none"
        return event.money_key.replace(f":{event.merchant_account_id}:", ":contract:").replace(reference, "reference")

    events = LedgerEvent.objects.exclude(cause__in=("test", "dossier")).select_related("payment")
    return {
        "payments": [
            (row.state, row.is_applied, row.gateway_ref, time(row.paid_at), time(row.next_check_at))
            for row in Payment.objects.order_by("pk")
        ],
        "bills": [(row.state, time(row.settled_at)) for row in Bill.objects.order_by("pk")],
        "notifications": [
            (row.event_key, row.state, row.result, time(row.processed_at), place(Payment, row.payment_id))
            for row in Notification.objects.order_by("pk")
        ],
        "events": sorted(
            (
                str(place(Bill, row.bill_id)),
                str(place(Payment, row.payment_id)),
                *(row.kind, row.amount, row.before, row.after, key(row), str(row.value_date), row.is_correction),
                *(row.cause, causes.get(row.cause_id), accounts.get(row.merchant_account_id or 0), str(row.detail)),
            )
            for row in events
        ),
        "receipts": sorted(
            (place(Payment, row.payment_id), place(Bill, row.bill_id), row.kind, row.amount, row.payer_name)
            + (row.agency_name, str(row.lines), row.revision, row.series.template, row.series.serial)
            for row in Receipt.objects.select_related("series")
        ),
        "numbers": sorted(ReceiptSeries.objects.values_list("kind", "template", "serial", "next_number")),
        "discrepancies": sorted(
            (row.kind, row.amount, str(place(Bill, row.bill_id)), str(place(Notification, row.notification_id)))
            for row in Discrepancy.objects.all()
        ),
        "dossiers": [
            *Dossier.objects.order_by("pk").values_list("state", flat=True),
            *sorted(DossierEvent.objects.values_list("kind", "amount")),
        ],
    }
