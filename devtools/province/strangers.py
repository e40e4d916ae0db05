"""Transfers that name no code of ours, as the bank's file tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from gateways.base import Notification, OutcomeState
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationSource, NotificationState
from payments.models.statements import RowState
from payments.states import EventKind

from .scene import Contract
from .stories import banks
from .world import World
from .writer.row import Row, naming


def transfer(world: World, contract: Contract, statement: Row, at: datetime, rng: Random) -> Row:
    """A transfer that names no code of ours: booked first, looked for afterwards."""
    moment = (at - timedelta(hours=rng.uniform(12, 15))).replace(microsecond=0)
    reference, amount = banks.bank_reference(rng, contract, moment), rng.choice((10_000, 15_000, 50_000, 200_000))
    text = rng.choice(("nop le phi ho so", "chuyen tien", "NGUYEN VAN A nop tien UBND", "phi chung thuc"))
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
        amount=amount,
        opened_at=at,
        owner_id=rng.choice(contract.accountants),
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
