"""A bank that is a plain object, and two gateways that speak for it. Registered in the simulator only."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from gateways.base import (
    Answer,
    BadSignature,
    Capability,
    FindBill,
    GatewayRefused,
    GatewayUnavailable,
    MerchantConfig,
    Notification,
    Outcome,
    OutcomeState,
    OutcomeUnknown,
    PaymentOrder,
    QrCode,
    RawRequest,
    RawResponse,
    Redirect,
    SentOrder,
)

MERCHANT = "SIM"
#: What the bank does not send again; everything else it repeats (docs/interfaces.md).
_HEARD = frozenset({Answer.ACCEPTED, Answer.REPLAY, Answer.WRONG_AMOUNT, Answer.CONFLICT})


@dataclass(frozen=True, slots=True)
class Money:
    """One charge or transfer: the truth everything else is measured by."""

    gateway: str
    ref: str
    bank_ref: str
    amount: int


@dataclass
class Order:
    """What the bank knows of one reference."""

    gateway: str
    ref: str
    amount: int
    money: list[Money] = field(default_factory=list)
    opinion: OutcomeState = OutcomeState.PENDING
    hidden_until: datetime | None = None


@dataclass
class Mail:
    """A notification on its way to the portal."""

    due_at: datetime
    gateway: str
    body: bytes
    is_kept: bool
    attempts: int = 0


@dataclass
class Temper:
    """How this bank behaves, as shares of what it does."""

    start_fails: float = 0.0
    charges_in_start: float = 0.0
    calls_back_in_start: float = 0.0
    drops: float = 0.0
    doubles: float = 0.0
    spoils: float = 0.0
    delay_seconds: float = 0.0
    query_fails: float = 0.0
    hides: float = 0.0
    wrong_amount: float = 0.0


class SimBank:
    """Orders, money and mail. `post` hands a notification to the portal and returns its answer."""

    def __init__(self, rng: random.Random, temper: Temper, post: Callable[[str, bytes], Answer]) -> None:
        self.rng, self.temper, self.post = rng, temper, post
        self.now = datetime.min.replace(tzinfo=UTC)
        self.orders: dict[str, Order] = {}
        self.mail: list[Mail] = []
        self._numbers = 0

    @property
    def money(self) -> list[Money]:
        """Everything that was ever taken."""
        return [money for order in self.orders.values() for money in order.money]

    def happens(self, share: float) -> bool:
        """Throw the dice."""
        return self.rng.random() < share

    def open(self, gateway: str, ref: str, amount: int) -> Order:
        """Write down an order; the same reference twice is the same order."""
        return self.orders.setdefault(ref, Order(gateway, ref, amount))

    def pay(self, order: Order, amount: int | None = None, *, is_told_now: bool = False) -> Money:
        """Take money. A card is charged once, a transfer may come again."""
        if order.money and order.gateway == SimCard.slug:
            return order.money[0]
        self._numbers += 1
        wrong = self.happens(self.temper.wrong_amount)
        taken = amount or (max(1, order.amount - 1000) if wrong else order.amount)
        money = Money(order.gateway, order.ref, f"B{self._numbers}", taken)
        for earlier in order.money:
            # Once the code is paid nobody asks again: of a second transfer the notification tells, or else
            # the statement file, which the simulator does not play. So here the notifications do arrive.
            self._tell(order, OutcomeState.PAID, earlier, is_kept=True)
        order.money.append(money)
        if self.happens(self.temper.hides):
            order.hidden_until = self.now + timedelta(seconds=self.rng.uniform(1, 300))
        is_repeat = len(order.money) > 1
        self._tell(order, OutcomeState.PAID, money, is_told_now=is_told_now, is_kept=is_repeat)
        return money

    def refuse(self, order: Order) -> None:
        """Say that it did not work; the payer may still pay later."""
        if not order.money:
            order.opinion = self.rng.choice([OutcomeState.FAILED, OutcomeState.CANCELLED])
            self._tell(order, order.opinion, None)

    def deliver(self) -> None:
        """Hand over the mail that is due; what was not heard comes again."""
        for mail in sorted((m for m in self.mail if m.due_at <= self.now), key=lambda m: m.due_at):
            mail.attempts += 1
            mail.due_at = self.now + timedelta(seconds=2**mail.attempts)
            if mail.attempts == 1 and self.happens(self.temper.spoils):
                self.post(mail.gateway, mail.body.replace(b'"amount": ', b'"amount": 9'))
                continue
            if self.post(mail.gateway, mail.body) in _HEARD or (mail.attempts > 8 and not mail.is_kept):
                self.mail.remove(mail)

    def ask(self, ref: str) -> Outcome:
        """What a query is told: of several transfers the first."""
        if self.happens(self.temper.query_fails):
            raise self.rng.choice([GatewayUnavailable("down"), OutcomeUnknown("odd answer")])
        order = self.orders.get(ref)
        if order is None or (order.hidden_until and self.now < order.hidden_until):
            return Outcome(self.rng.choice([OutcomeState.NOT_FOUND, OutcomeState.PENDING]))
        if order.money:
            money = order.money[0]
            return Outcome(
                OutcomeState.PAID, money.amount, money.bank_ref, self.now.replace(microsecond=0), currency="VND"
            )
        return Outcome(order.opinion)

    def _tell(
        self,
        order: Order,
        state: OutcomeState,
        money: Money | None,
        *,
        is_told_now: bool = False,
        is_kept: bool = False,
    ) -> None:
        facts = {
            "ref": order.ref,
            "state": str(state),
            "bank_ref": money.bank_ref if money else "",
            "amount": money.amount if money else order.amount,
        }
        body = json.dumps({**facts, "signature": sign(facts)}).encode()
        if is_told_now:
            self.post(order.gateway, body)
        if self.happens(self.temper.drops) and not is_kept:
            return
        for _ in range(1 + self.happens(self.temper.doubles) * self.rng.randint(1, 4)):
            due_at = self.now + timedelta(seconds=self.rng.uniform(0, self.temper.delay_seconds))
            self.mail.append(Mail(due_at, order.gateway, body, is_kept))


class _SimGateway:
    """What both gateways share. `bank` is the bank of the run."""

    bank: ClassVar[SimBank]
    slug = ""

    def __init__(self, config: MerchantConfig) -> None:
        pass

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """There is one merchant."""
        return MERCHANT

    def verify(self, request: RawRequest) -> Notification:
        """Believe what is signed."""
        message: dict[str, Any] = json.loads(request.body)
        if message.pop("signature") != sign(message):
            raise BadSignature(self.slug)
        return Notification(
            gateway=self.slug,
            event_key=f"{message['ref']}:{message['bank_ref']}:{message['state']}",
            merchant_ref=message["ref"],
            gateway_ref=message["bank_ref"],
            state=OutcomeState(message["state"]),
            amount=message["amount"],
            currency="VND",
            occurred_at=None,
            is_transfer=self.slug == SimTransfer.slug,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer in plain words."""
        return RawResponse(body=str(result).encode())

    def query(self, order: SentOrder) -> Outcome:
        """Ask the bank."""
        return self.bank.ask(order.merchant_ref)

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """Nobody asks."""
        return RawResponse(body=b"", status=404)


class SimCard(_SimGateway):
    """A redirect: one order, charged once."""

    slug, name = "simcard", "Simulated card"
    capabilities = frozenset({Capability.REDIRECT, Capability.QUERY})

    def start(self, order: PaymentOrder) -> Redirect:
        """Open an order, or fail in one of the ways banks do."""
        bank = self.bank
        if bank.happens(bank.temper.start_fails):
            error = bank.rng.choice(["unavailable", "refused", "unknown"])
            if error == "unavailable":
                raise GatewayUnavailable("down")
            if error == "refused":
                raise GatewayRefused("05")
            raise OutcomeUnknown("lost on the way")
        opened = bank.open(self.slug, order.merchant_ref, order.amount)
        if bank.happens(bank.temper.charges_in_start):
            bank.pay(opened)
            raise OutcomeUnknown("timed out")
        if bank.happens(bank.temper.calls_back_in_start):
            bank.pay(opened, is_told_now=True)
        return Redirect(url=f"https://bank.test/{order.merchant_ref}", request={"ref": order.merchant_ref})


class SimTransfer(_SimGateway):
    """A code to transfer to, as often as one likes."""

    slug, name = "simtransfer", "Simulated transfer"
    capabilities = frozenset({Capability.QR, Capability.QUERY})

    def start(self, order: PaymentOrder) -> QrCode:
        """Nothing is sent; the bank learns of the code when somebody pays to it."""
        self.bank.open(self.slug, order.merchant_ref, order.amount)
        return QrCode(order.merchant_ref, order.merchant_ref, "970415", "1", "X", order.merchant_ref, request={})


def sign(facts: dict[str, Any]) -> str:
    return hashlib.sha256(b"sim" + json.dumps(facts, sort_keys=True).encode()).hexdigest()
