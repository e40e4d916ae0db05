"""Transfers that name no code of ours, as the bank's file tells of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from agencies.models import Role
from core.values.text import fold
from gateways.base import Notification, OutcomeState
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationSource, NotificationState
from payments.models.refunds import RefundReason
from payments.models.statements import RowState
from payments.states import EventKind

from .aside import errands
from .people import names
from .scene import Contract, Place
from .staff import Office
from .stories import banks, paying, refunds
from .stories.tale import NotYet
from .world import World
from .writer.row import Row, naming

_AMOUNTS = (5_000, 8_000, 10_000, 15_000, 20_000, 30_000, 50_000, 75_000, 100_000, 150_000, 200_000, 300_000)
_WORDS = ("{} nop le phi", "{} chuyen tien", "nop le phi ho so", "phi chung thuc", "{} nop phi UBND", "chuyen tien")
#: So long some payers are not found.
_LOOKED_FOR_DAYS = 40


def transfer(world: World, contract: Contract, statement: Row, at: datetime, rng: Random) -> Row:
    """A transfer that names no code of ours: booked first, looked for afterwards."""
    moment = (at - timedelta(hours=rng.uniform(10, 23))).replace(microsecond=0)
    reference, amount = banks.bank_reference(rng, contract, moment), rng.choice(_AMOUNTS)
    payer = names.person(rng)[0]
    text = rng.choice(_WORDS).format(fold(payer).upper())
    facts: dict[str, Any] = {"description": text, "statement": None, "line": None}
    news = Notification(
        gateway=contract.gateway,
        event_key=f"statement:{contract.pk}:{reference}",
        merchant_ref="",
        gateway_ref=reference,
        state=OutcomeState.PAID,
        amount=amount,
        currency="VND",
        occurred_at=moment,
        account=str(contract.bank["account"]),
        is_transfer=True,
        facts=facts,
    )
    notification = world.pages.add(
        "notification",
        at,
        gateway=contract.gateway,
        event_key=news.event_key,
        source=NotificationSource.STATEMENT,
        merchant_account_id=contract.pk,
        merchant_ref="",
        gateway_ref=reference,
        outcome=OutcomeState.PAID,
        amount=amount,
        currency="VND",
        account=news.account,
        is_transfer=True,
        occurred_at=moment,
        facts=lambda: {**facts, "statement": statement["id"]},
        digest=banks.digest(news),
        received_at=at,
        next_attempt_at=at,
        state=NotificationState.ORPHAN,
        payment_id=None,
        result="unknown_reference",
        processed_at=at,
    )
    booked = {"gateway": contract.gateway, "ref": "", "bank_ref": reference, "amount": amount, "state": "paid"}
    when = moment.timestamp()
    world.book({**booked, "_contract": contract, "created_at": when, "paid_at": when, "detail": {"description": text}})
    cause = {"cause": NotificationSource.STATEMENT, "cause_id": naming("", notification)}
    key = f"{contract.gateway}:{contract.pk}:{reference}"
    event = world.pages.add(
        "ledger",
        at,
        kind=EventKind.MONEY_RECEIVED,
        at=at,
        amount=amount,
        money_key=key,
        merchant_account_id=contract.pk,
        value_date=moment.date(),
        bill_id=None,
        payment_id=None,
        **cause,
    )
    world.pages.add("ledger", at, kind=EventKind.SURPLUS, at=at, amount=-amount, **cause)
    world.banks[contract.pk, moment.date()].ours.append(amount)
    case = world.pages.add(
        "discrepancy",
        at,
        kind=DiscrepancyKind.UNKNOWN_REFERENCE,
        agency_id=contract.agency_id,
        notification_id=notification,
        bill_id=None,
        amount=amount,
        opened_at=at,
        owner_id=rng.choice(contract.accountants),
    )
    _give_back(world, contract, case, payer, rng)
    return world.pages.add(
        "statement_row",
        at,
        statement_id=statement,
        merchant_account_id=contract.pk,
        gateway_ref=reference,
        merchant_ref="",
        amount=amount,
        currency="VND",
        account=news.account,
        occurred_at=moment,
        value_date=moment.date(),
        description=text,
        state=RowState.DISCREPANCY,
        event_id=event,
        notification_id=notification,
        discrepancy_id=case,
        _facts=facts,
    )


def unheard(world: World, contract: Contract, statement: Row, at: datetime, rng: Random) -> Row:
    """As `transfer`, in a file that waits for a second person: nothing is booked yet."""
    moment = (at - timedelta(hours=rng.uniform(10, 23))).replace(microsecond=0)
    reference, amount = banks.bank_reference(rng, contract, moment), rng.choice(_AMOUNTS)
    text = rng.choice(_WORDS).format(fold(names.person(rng)[0]).upper())
    when, booked = moment.timestamp(), {"gateway": contract.gateway, "ref": "", "bank_ref": reference, "amount": amount}
    detail = {"description": text}
    world.book(
        {**booked, "state": "paid", "_contract": contract, "created_at": when, "paid_at": when, "detail": detail}
    )
    return world.pages.add(
        "statement_row",
        at,
        statement_id=statement,
        merchant_account_id=contract.pk,
        gateway_ref=reference,
        merchant_ref="",
        amount=amount,
        currency="VND",
        account=str(contract.bank["account"]),
        occurred_at=moment,
        value_date=moment.date(),
        description=text,
        state=RowState.NEW,
    )


def _give_back(world: World, contract: Contract, case: Row, payer: str, rng: Random) -> None:
    """Give it back when its payer has been found, after some days; of the last weeks some wait still."""
    opened = case["opened_at"]
    if rng.random() < 0.3 and world.now - opened < timedelta(days=_LOOKED_FOR_DAYS):
        return
    tale = errands.begin(world, _office(world, contract), payer, "", rng)
    with suppress(NotYet):
        asked = world.clock.at_work(rng, opened, rng.choice((6, 24, 60)))
        refund = refunds.propose(tale, asked, case["amount"], RefundReason.SURPLUS, case=case, maker=rng.randrange(2))
        paying.carry_out(tale, refund, world.clock.at_work(rng, asked, 8))


def _office(world: World, contract: Contract) -> Place:
    """Return where the contract's books are kept: the province's accountants receive no dossiers."""
    if place := world.scene.places.get(contract.agency_id):
        return place
    office = Office()
    office.people[Role.ACCOUNTANT] = list(contract.accountants)
    return replace(next(iter(world.scene.places.values())), agency=world.scene.province, office=office)
