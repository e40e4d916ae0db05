"""How long money waits when no callback ever comes: true sweeper and back-off, false clock, a bank that sulks.

Payers open an attempt and pay minutes or hours later; the bank shows one payment in ten only
minutes after it was made, fails one question in ten, and may be away for ten minutes of every
thirty; every notification is dropped. Some payers by card come back to our page, which asks at once.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from agencies.models import Agency
from gateways.base import Answer, Outcome, OutcomeState
from payments.checkout import start as checkout
from payments.errors import PaymentNotStarted
from payments.models import Bill, Payment
from payments.states import OPEN_PAYMENT_STATES
from payments.status_queries import query as status_queries
from tests.support import factories

from .bank import SimBank, SimCard, SimTransfer, Temper
from .stage import Clock, scene

#: Between two rounds of `manage.py sweep`.
ROUND = timedelta(seconds=2)
ARRIVALS = timedelta(hours=1)
AWAY_EVERY, AWAY_FOR = 1800, 600
_SULKY = Temper(drops=1.0, query_fails=0.1, hides=0.1)
_AWAY = Temper(drops=1.0, query_fails=1.0, start_fails=1.0)


@dataclass
class Waits:
    """Seconds from the bank's success, once it shows it, to the bill paid, sorted; what never came; what it cost."""

    seconds: list[float]
    lost: int
    questions: int

    def of_share(self, share: float) -> float:
        """Return the wait that this share of the payers does not exceed."""
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


class _CountingBank(SimBank):
    questions = 0

    def ask(self, ref: str) -> Outcome:
        self.questions += 1
        return super().ask(ref)


class Silence:
    """One run: `payers` within an hour, of whom `returning` (a share) see our page again after paying by card."""

    def __init__(self, seed: int, agency: Agency, *, payers: int, returning: float, is_away_at_times: bool) -> None:
        self.rng = random.Random(seed)
        random.seed(seed)  # the jitter of checking.next_check_after
        self.agency, self.payers, self.returning = agency, payers, returning
        self.is_away_at_times = is_away_at_times
        self.bank = _CountingBank(self.rng, Temper(), lambda _gateway, _body: Answer.ACCEPTED)
        self.paid_at: dict[int, datetime] = {}
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self.clock: Clock

    def play(self) -> Waits:
        """Let everybody pay, and the sweeper find it."""
        with scene(self.bank, lambda: None) as (self.clock, _death):
            for _ in range(self.payers):
                self._later(self.rng.uniform(0, ARRIVALS.total_seconds()), self._arrive)
            end = self.clock.now + timedelta(days=2)
            while self.clock.now < end and (self._agenda or self._waiting()):
                self._weather()
                while self._agenda and self._agenda[0][0] <= self.clock.now:
                    heapq.heappop(self._agenda)[2]()
                for gateway in status_queries.gateways_due():
                    status_queries.check_due(gateway)
                self.clock.move_to(max(self.clock.now + ROUND, self._next_moment()))
            settled = Bill.objects.filter(pk__in=self.paid_at, settled_at__isnull=False)
            seconds = [(bill.settled_at - self.paid_at[bill.pk]).total_seconds() for bill in settled if bill.settled_at]
            return Waits(sorted(seconds), len(self.paid_at) - len(seconds), self.bank.questions)

    def _arrive(self) -> None:
        gateway = self.rng.choice((SimCard.slug, SimTransfer.slug))
        bill = factories.bill(amount=self.rng.randrange(2, 300) * 1000, of=self.agency)
        try:
            payment = checkout.start(bill, gateway, client_ip="")
        except PaymentNotStarted:
            return  # the circuit breaker is open, and the page offers another bank
        if payment.merchant_ref not in self.bank.orders:
            return  # the bank went away under our order: nothing to pay
        # Half pay within a minute and a half; of those with a code one in twenty does it at home, hours later.
        seconds = self.rng.lognormvariate(4.5, 0.8)
        if gateway == SimTransfer.slug and self.rng.random() < 0.05:
            seconds = self.rng.uniform(1800, 20 * 3600)
        self._later(seconds if gateway == SimTransfer.slug else min(seconds, 1500), lambda: self._try(payment))

    def _try(self, payment: Payment) -> None:
        """One in twenty does not manage at first, which the bank calls failed, and then does."""
        if self.rng.random() < 0.05:
            self.bank.orders[payment.merchant_ref].opinion = OutcomeState.FAILED
            self._later(self.rng.uniform(20, 120), lambda: self._pay(payment))
        else:
            self._pay(payment)

    def _pay(self, payment: Payment) -> None:
        order = self.bank.orders[payment.merchant_ref]
        self.bank.pay(order)
        self.paid_at[payment.bill_id] = max(self.clock.now, order.hidden_until or self.clock.now)
        if payment.gateway == SimCard.slug and self.rng.random() < self.returning:
            self._later(self.rng.uniform(1, 6), lambda: self._come_back(payment))

    def _come_back(self, payment: Payment) -> None:
        """What `views.returned` does."""
        still_open = Payment.objects.filter(pk=payment.pk, state__in=OPEN_PAYMENT_STATES)
        still_open.update(next_check_at=timezone.now())

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self.clock.now + timedelta(seconds=seconds), next(self._numbers), act))

    def _weather(self) -> None:
        into = self.clock.now.timestamp() % AWAY_EVERY
        self.bank.temper = _AWAY if self.is_away_at_times and into < AWAY_FOR else _SULKY

    def _waiting(self) -> bool:
        return Bill.objects.filter(pk__in=self.paid_at, settled_at=None).exists()

    def _next_moment(self) -> datetime:
        """Nothing happens before: the clock may jump."""
        due = Payment.objects.exclude(next_check_at=None).order_by("next_check_at")
        moments = [payment.next_check_at for payment in due[:1] if payment.next_check_at]
        moments += [entry[0] for entry in self._agenda[:1]]
        return min(moments, default=self.clock.now)
