"""Attempts to pay: through a bank, and what becomes of them there; in cash or by card at the counter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devtools.province.scene import Contract
from devtools.province.writer.row import Row
from gateways.base import Capability, Notification, OutcomeState, PaymentOrder
from payments.cash_desk import collect
from payments.checkout.start import QR_LIFETIME, REDIRECT_LIFETIME
from payments.models.bills import TEST
from payments.models.cash_desk import Tender
from payments.models.notifications import NotificationSource
from payments.states import EventKind as Ledger
from payments.states import PaymentState

from . import banks, internal
from .bills import ledger
from .hearing import hear, move
from .tale import NotYet, Tale, token

P = PaymentState
#: How long gateways are asked about an attempt that brought nothing.
_ASKED_FOR = timedelta(days=90)


def refused(tale: Tale, at: datetime, bill: Row, gateway: str) -> Row:
    """Open an attempt that the bank does not take: away, or with a word of its own."""
    payment = _open(tale, at, bill, gateway)
    code = tale.rng.choice(("unavailable", "99"))
    move(tale, at + timedelta(milliseconds=tale.rng.randint(90, 8000)), payment, bill, P.FAILED, cause="start")
    payment["failure_code"] = code
    watch(tale, payment, at)
    tale.payments.append(payment)
    return payment


def begin(tale: Tale, at: datetime, bill: Row, gateway: str) -> Row:
    """Open an attempt at a bank and send it, as `checkout.start` does."""
    payment = _open(tale, at, bill, gateway)
    contract, what = contract_of(payment), "Nop phi ho so"
    if any(line["kind"] == TEST for line in bill["_of"]):
        what = "Thanh toan thu"
    order = PaymentOrder(
        merchant_ref=payment["merchant_ref"],
        amount=bill["amount"],
        description=f"{what} {bill['reference']}",
        created_at=at,
        client_ip=payment["client_ip"],
        return_url=f"{contract.bank.get('return_url', '')}".partition("?")[0] or f"/gateways/{gateway}/return",
        payer_name=bill["payer_name"],
        bill_reference=bill["reference"],
    )
    payment |= banks.start(contract, order, tale.rng.randbytes(16).hex())
    sent = at + timedelta(milliseconds=tale.rng.randint(40, 500))
    payment["sent_at"] = sent
    move(tale, sent, payment, bill, P.SENT, cause="start")
    tale.payments.append(payment)
    return payment


def _open(tale: Tale, at: datetime, bill: Row, gateway: str) -> Row:
    tale.when(at)
    rng, scene = tale.rng, tale.world.scene
    contract = scene.contract_for(bill["agency_id"], gateway, tale.world.clock.day_of(at))
    is_qr = Capability.REDIRECT not in contract.adapter.capabilities
    reference = banks.reference(rng, contract, at)
    payment = tale.write(
        "payment",
        at,
        token=token(rng),
        bill_id=bill,
        merchant_account_id=contract.pk,
        gateway=gateway,
        merchant_ref=reference,
        amount=bill["amount"],
        state=P.CREATED,
        created_at=at,
        expires_at=at + (QR_LIFETIME if is_qr else REDIRECT_LIFETIME),
        client_ip=f"14.{rng.randint(160, 191)}.{rng.randrange(256)}.{rng.randint(1, 254)}",
        next_check_at=at + timedelta(seconds=30),
        _contract=contract,
    )
    ledger(tale, at, Ledger.PAYMENT_CREATED, bill, payment_id=payment, after=P.CREATED, cause="payer")
    return payment


def contract_of(payment: Row) -> Contract:
    """Return the contract an attempt goes by."""
    contract: Contract = payment["_contract"]
    return contract


def end(tale: Tale, at: datetime, bill: Row, payment: Row, outcome: str) -> None:
    """Let the bank tell that an attempt failed or was cancelled; the browser is back already."""
    tale.when(at)
    contract = contract_of(payment)
    told = banks.transaction(tale.rng, contract, payment, at, outcome)
    tale.world.book(told)
    payment["_booked"] = True
    payment["returned_at"] = at - timedelta(milliseconds=tale.rng.randint(10, 300))
    hear(
        tale,
        at + timedelta(seconds=tale.rng.uniform(0.2, 1.5)),
        banks.notification(contract, told),
        contract.pk,
        payment,
        bill,
    )
    watch(tale, payment, at)


def expire(tale: Tale, bill: Row, payment: Row) -> None:
    """Let an attempt run out: asked about until then, nothing came."""
    at = tale.when(payment["expires_at"] + timedelta(seconds=tale.rng.uniform(5, 600)))
    _open_at_bank(tale, payment)
    move(tale, at, payment, bill, P.EXPIRED, cause="expiry")
    watch(tale, payment, at)


def watch(tale: Tale, payment: Row, since: datetime) -> None:
    """Say how often the bank was asked about an attempt without money, and when it is asked next."""
    now, rng = tale.world.now, tale.rng
    sent = payment.get("sent_at") or payment["created_at"]
    age = now - sent
    payment["check_count"] = 6 + min(20, int(age.total_seconds() // 900)) + min(age, _ASKED_FOR).days
    payment["checked_at"] = max(since, now - timedelta(hours=rng.uniform(0.1, 20)))
    payment["next_check_at"] = None
    if age < _ASKED_FOR and contract_of(payment).until is None:
        payment["next_check_at"] = now + timedelta(hours=rng.uniform(0.5, 23))
    else:
        payment["checked_at"] = sent + _ASKED_FOR


def leave_open(tale: Tale, payment: Row) -> None:
    """Somebody has an attempt open right now: the bank knows of it, too."""
    _open_at_bank(tale, payment)
    payment["next_check_at"] = None
    if contract_of(payment).until is None:
        payment["next_check_at"] = tale.world.now + timedelta(seconds=tale.rng.uniform(30, 900))


def _open_at_bank(tale: Tale, payment: Row) -> None:
    contract = contract_of(payment)
    if contract.gateway != "vietinbank" and not payment.get("_booked"):
        payment["_booked"] = True
        tale.world.book(banks.transaction(tale.rng, contract, payment, payment["sent_at"], "open"))


def finish(tale: Tale) -> None:
    """Let what is still open run out where its time is over; the rest is open right now."""
    for payment in tale.payments:
        if payment["state"] in (P.SENT, P.UNKNOWN) and not payment.get("_unclear"):
            try:
                expire(tale, payment["bill_id"], payment)
            except NotYet:
                leave_open(tale, payment)


def pay(
    tale: Tale, at: datetime, bill: Row, payment: Row, *, lag: float, way: str = "callback", amount: int | None = None
) -> None:
    """Let the payer pay at the bank, which tells us `lag` seconds later by callback, query or statement."""
    tale.when(at + timedelta(seconds=lag))
    contract, rng = contract_of(payment), tale.rng
    told = banks.transaction(rng, contract, payment, at, "paid", amount)
    payment["_booked"] = True
    if Capability.REDIRECT in contract.adapter.capabilities:
        payment["returned_at"] = at + timedelta(seconds=rng.uniform(0.1, 3))
    heard = at + timedelta(seconds=lag)
    if way == "statement":
        by_statement(tale, contract, told, payment, bill)
        return
    if contract.gateway == "vietinbank_direct" and way == "callback":
        hear(tale, heard, banks.notification(contract, told), contract.pk, payment, bill)
        heard += timedelta(seconds=rng.uniform(0.6, 2))
        way = "query"
    if way == "query":
        found_by_asking(tale, heard, told, payment, bill)
    else:
        event = hear(tale, heard, banks.notification(contract, told), contract.pk, payment, bill)
        tale.world.bank_paid(told, event)


def found_by_asking(tale: Tale, at: datetime, told: dict[str, Any], payment: Row, bill: Row) -> None:
    """Let a status query find the money."""
    contract = contract_of(payment)
    payment["checked_at"] = tale.when(at) - timedelta(milliseconds=200)
    payment["check_count"] = payment.get("check_count", 0) + 1
    with_time = contract.gateway != "vietinbank_direct"
    event = hear(tale, at, banks.asked(contract, told, with_time=with_time), contract.pk, payment, bill)
    tale.world.bank_paid(told, event)


def at_counter(tale: Tale, at: datetime, bill: Row, *, by_card: bool) -> Row:
    """Take cash or a card, as `cash_desk.take` does."""
    tale.when(at)
    shift = tale.world.shift(tale.place, at, tale.rng)
    cashier, rng, account = shift["cashier_id"], tale.rng, tale.place.counter.pk
    payment = internal.create(tale, at, bill, gateway="counter", account=account, prefix="QT", actor=cashier)
    reference = payment["merchant_ref"]
    terminal = f"{rng.randrange(10**12):012d}" if by_card else ""
    amount = bill["amount"]
    step = rng.choice((1, 1, 10_000, 50_000, 100_000, 500_000))
    received = amount if by_card else -(-amount // step) * step
    tender = Tender.POS if by_card else Tender.CASH
    key = collect.terminal_key(tale.place.agency.pk, tale.world.clock.day_of(at), terminal) if terminal else ""
    named = f"{terminal}/{tale.world.clock.day_of(at):%y%m%d}" if terminal else reference
    tale.write(
        "counter",
        at,
        payment_id=payment,
        shift_id=shift,
        tender=tender,
        received_amount=received,
        terminal_ref=terminal,
        terminal_key=key,
    )
    if not by_card:
        shift["_taken"] += amount
    news = Notification(
        gateway="counter",
        event_key=key or reference,
        merchant_ref=reference,
        gateway_ref=named,
        state=OutcomeState.PAID,
        amount=amount,
        currency="VND",
        occurred_at=at,
        facts={"tender": str(tender), "received": received},
    )
    tale.payments.append(payment)
    hear(tale, at, banks.Told(news, None, NotificationSource.COUNTER), account, payment, bill, wait=0.0)
    said = {"tender": tender, "amount": amount, "received": received, "terminal_ref": terminal}
    subject = f"collection:{bill['reference']}"
    tale.world.audit(at, cashier, "counter_taken", subject, tale.place.agency.pk, **said)
    return payment


def reverse(tale: Tale, at: datetime, bill: Row, payment: Row) -> None:
    """Let the bank take a payment back and say so when it is asked."""
    tale.when(at)
    contract = contract_of(payment)
    told = {
        "ref": payment["merchant_ref"],
        "bank_ref": payment["gateway_ref"],
        "state": OutcomeState.REVERSED,
        "amount": payment["amount"],
        "paid_at": None,
    }
    hear(tale, at, banks.asked(contract, told), contract.pk, payment, bill)


def by_statement(tale: Tale, contract: Contract, told: dict[str, Any], payment: Row, bill: Row) -> None:
    """No callback came: the bank's file of the next morning tells of the money, and settles it."""
    paid_at = datetime.fromtimestamp(told["paid_at"], tz=payment["sent_at"].tzinfo)
    world = tale.world
    day = world.clock.next_morning(paid_at).date()
    read = world.reading(contract.pk, day)[1] + timedelta(seconds=tale.rng.uniform(2, 5))
    if read >= world.now or world.is_last_file(day):
        tale.world.bank_paid(told, None)
        raise NotYet
    asked = banks.asked(contract, told)
    facts: dict[str, Any] = {"description": f"{told['ref']}", "statement": None, "line": None}
    news = replace(
        asked.news,
        event_key=f"statement:{contract.pk}:{told['bank_ref']}",
        currency="VND",
        facts=facts,
        account=str(contract.bank.get("account", "")) if contract.gateway == "vietinbank" else "",
    )
    event = hear(tale, read, banks.Told(news, None, NotificationSource.STATEMENT), contract.pk, payment, bill)
    tale.world.bank_paid({**told, "_settled": event["_notification"], "_facts": facts} if event else told, event)
