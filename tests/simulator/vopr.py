"""One seed: a random temper of bank, broker and crashes, a random course of events, then peace and the proof."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Min

from agencies.models import Agency
from gateways.base import Answer
from payments.bills import create as bills
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.errors import PaymentsError
from payments.models import Bill, Discrepancy, LedgerEvent, Notification, Payment, Receipt
from payments.models.notifications import NotificationState
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from payments.status_queries import query as status_queries
from tests.support import factories

from .bank import Money, SimBank, SimCard, SimTransfer, Temper
from .stage import Clock, Death, Killed, post, scene

#: After the last event everything must be in order within so long, with the sweeper alone.
PEACE = timedelta(days=2)
_SHARES = (0.0, 0.0, 0.1, 0.4, 1.0)
_PAUSES = (0.0, 0.5, 5.0, 40.0, 400.0, 4000.0)


class Run:
    """The course of one seed. `story` tells it, for a person who reads a failure."""

    def __init__(self, seed: int, agency: Agency) -> None:
        self.rng = random.Random(seed)
        random.seed(seed)  # the jitter of checking.next_check_after
        self.seed, self.agency = seed, agency
        self.story: list[str] = []
        self.wakeups = 0
        self.wakeup_is_lost, self.wakeup_is_doubled = self._share(), self._share()
        self.crashes = self.rng.choice((0.0, 0.1, 0.3))
        self.bank = SimBank(self.rng, self._temper(), self._post)
        self.bills: list[Bill] = []
        self.clock: Clock
        self.death: Death

    def play(self, steps: int) -> list[str]:
        """Return what is wrong at the end; nothing is the proof."""
        with scene(self.bank, self._ring) as (self.clock, self.death):
            for _ in range(self.rng.choice((1, 1, 2))):
                self.bills.append(factories.bill(amount=self.rng.randrange(2, 300) * 1000, of=self.agency))
            for _ in range(steps):
                self._one_step()
            self._make_peace()
            return self._faults()

    def _temper(self) -> Temper:
        return Temper(
            start_fails=min(self._share(), 0.5),
            charges_in_start=min(self._share(), 0.5),
            calls_back_in_start=self._share(),
            drops=self._share(),
            doubles=self._share(),
            spoils=min(self._share(), 0.5),
            delay_seconds=self.rng.choice((0, 1, 60, 3600)),
            query_fails=min(self._share(), 0.5),
            hides=self._share(),
            wrong_amount=self.rng.choice((0.0, 0.0, 0.2)),
        )

    def _share(self) -> float:
        return self.rng.choice(_SHARES)

    def _one_step(self) -> None:
        """Something happens; maybe the process that does it dies at some statement."""
        happenings: list[tuple[int, Callable[[], None]]] = [
            (4, self._start),
            (5, self._pay),
            (1, self._refuse),
            (4, self.bank.deliver),
            (4, self._work),
            (3, self._sweep),
            (1, self._cancel),
            (1, self._check),
        ]
        weights, actions = zip(*happenings, strict=True)
        action = self.rng.choices(actions, weights)[0]
        self.story.append(f"{self.clock.now:%d %H:%M:%S} {action.__name__.strip('_')}")
        self._at_risk(action)
        self.clock.pass_by(self.rng.uniform(0, self.rng.choice(_PAUSES)))

    def _at_risk(self, action: Callable[[], object]) -> None:
        if self.rng.random() < self.crashes:
            self.death.after = self.rng.randint(1, 30)
        try:
            action()
        except Killed:
            self.story.append("  killed")
        except PaymentsError as error:
            self.story.append(f"  {error!r}")
        finally:
            self.death.after = None

    def _post(self, gateway: str, body: bytes) -> Answer:
        """The web process may die under a notification: the bank then hears nothing."""
        try:
            return post(gateway, body)
        except Killed:
            self.story.append("  killed under a notification")
            return Answer.BUSY

    def _ring(self) -> None:
        if self.rng.random() >= self.wakeup_is_lost:
            self.wakeups += 1 + (self.rng.random() < self.wakeup_is_doubled)

    def _start(self) -> None:
        gateway = self.rng.choice((SimCard.slug, SimTransfer.slug))
        checkout.start(self.rng.choice(self.bills), gateway, client_ip="")

    def _pay(self) -> None:
        if self.bank.orders:
            self.bank.pay(self.rng.choice(list(self.bank.orders.values())))

    def _refuse(self) -> None:
        cards = [order for order in self.bank.orders.values() if order.gateway == SimCard.slug]
        if cards:
            self.bank.refuse(self.rng.choice(cards))

    def _work(self) -> None:
        while self.wakeups:
            self.wakeups -= 1
            inbox.drain_all()

    def _sweep(self) -> None:
        inbox.drain_all()
        for gateway in status_queries.gateways_due():
            status_queries.check_due(gateway)

    def _cancel(self) -> None:
        if self.rng.random() < 0.3:
            bills.cancel_bill(self.rng.choice(self.bills), reason="withdrawn")

    def _check(self) -> None:
        for payment in self.rng.choice(self.bills).payments.exclude(state=PaymentState.PAID):
            status_queries.check(payment)

    def _make_peace(self) -> None:
        """The bank behaves, nobody dies, no wake-up arrives: the sweeper alone, from one due moment to the next."""
        self.bank.temper = Temper()
        until, pause = self.clock.now + PEACE, timedelta(seconds=2)
        while self.clock.now < until and not self._is_done():
            self.bank.deliver()
            self._sweep()
            self.clock.move_to(self._next_moment(pause))
            pause *= 1.2

    def _next_moment(self, pause: timedelta) -> datetime:
        due = [mail.due_at for mail in self.bank.mail]
        due += Payment.objects.aggregate(at=Min("next_check_at")).values()
        due += Notification.objects.filter(state=NotificationState.NEW).aggregate(at=Min("next_attempt_at")).values()
        soonest = min((at for at in due if at is not None), default=self.clock.now)
        return max(soonest, self.clock.now + pause)

    def _is_done(self) -> bool:
        waits = Notification.objects.filter(state=NotificationState.NEW).exists()
        return not waits and not self.bank.mail and not self._misbooked()

    def _misbooked(self) -> list[str]:
        taken: Counter[Money] = Counter(self.bank.money)
        booked: Counter[Money] = Counter()
        events = LedgerEvent.objects.exclude(money_key="").select_related("payment")
        for event in events:
            gateway, _, bank_ref = event.money_key.split(":")
            ref = event.payment.merchant_ref if event.payment else "?"
            booked[Money(gateway, ref, bank_ref, event.amount)] += 1
        lost, invented = taken - booked, booked - taken
        return [f"not booked: {money}" for money in lost] + [f"booked too often: {money}" for money in invented]

    def _faults(self) -> list[str]:
        faults = self._misbooked() + [f"{v.invariant} {v.claim}: {v.row}" for v in ledger_check.check()]
        for bill in Bill.objects.all():
            faults += self._faults_of(bill)
        if Notification.objects.filter(state__in=(NotificationState.NEW, NotificationState.QUARANTINED)).exists():
            faults.append("a notification was not applied")
        return faults

    def _faults_of(self, bill: Bill) -> list[str]:
        refs = set(bill.payments.values_list("merchant_ref", flat=True))
        amounts = [money.amount for money in self.bank.money if money.ref in refs]
        parts = sum(amount for amount in amounts if amount < bill.amount)
        has_right_money = bill.amount in amounts or parts >= bill.amount
        faults = []
        if bill.state != BillState.CANCELLED and (bill.state == BillState.PAID) != has_right_money:
            faults.append(f"bill is {bill.state}, the bank took {amounts} of {bill.amount}")
        surplus = len(amounts) - (bill.state == BillState.PAID)
        if Discrepancy.objects.filter(bill=bill).exclude(kind="contradiction").count() < surplus:
            faults.append(f"{surplus} surplus amounts without a case each")
        if Receipt.objects.filter(bill=bill).count() != (bill.state == BillState.PAID):
            faults.append("not exactly one receipt of a paid bill")
        return faults
