"""Bills of a connected system and what goes back of them: played by the product's verbs, and told as an errand."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from agencies.models import User
from devtools.province import load
from devtools.province.aside import errands, returns, webhooks
from devtools.province.aside.errands import Errand
from devtools.province.people import names
from devtools.province.stories import money, refunds
from devtools.province.world import World
from devtools.province.writer.row import Row
from gateways.base import Outcome, OutcomeState, OutcomeUnknown
from gateways.vnpay.adapter import Vnpay
from payments.bills.create import NewLine, create_bill
from payments.models import ApiClient, Bill, Payment, Refund
from payments.models.refunds import RefundReason
from payments.refunds import dispatch, workflow
from payments.settlement.ledger_check import check
from payments.webhooks import endpoints
from tests.support.payments.refunds import ACCOUNT, proposal

from . import shapes
from .kinds import Office, pay

pytestmark = pytest.mark.django_db
REASON = RefundReason.COLLECTED_IN_ERROR
ANSWERS = {
    "done": Outcome(OutcomeState.PAID, gateway_ref="7"),
    "refused": Outcome(OutcomeState.FAILED, code="09", message="x"),
    "silent": OutcomeUnknown("x"),
}


def _at_bank(answer: str) -> None:
    """Let the dispatcher look, and the bank answer so."""
    with mock.patch.object(Vnpay, "refund", side_effect=[ANSWERS[answer]]):
        dispatch.send_due()


def _approved(refund: Refund, first: User, second: User) -> None:
    workflow.approve(refund, checker=second)


def _rejected(refund: Refund, first: User, second: User) -> None:
    workflow.reject(refund, checker=second)


def _withdrawn(refund: Refund, first: User, second: User) -> None:
    workflow.withdraw(refund, maker=first)


def _give_account(refund: Refund, actor: User) -> None:
    workflow.give_account(refund, ACCOUNT["bank_account"], actor=actor)


def _done(refund: Refund, first: User, second: User) -> None:
    _approved(refund, first, second)
    _at_bank("done")


def _unclear(refund: Refund, first: User, second: User) -> None:
    _approved(refund, first, second)
    _at_bank("silent")


def _refused(refund: Refund, first: User, second: User) -> None:
    _approved(refund, first, second)
    _at_bank("refused")


def _transferred_after_all(refund: Refund, first: User, second: User) -> None:
    _refused(refund, first, second)
    _give_account(refund, first)
    workflow.record_transfer(refund, reference="UNC1", actor=second)


def _transferred(refund: Refund, first: User, second: User) -> None:
    if not refund.bank_account:
        _give_account(refund, first)
    _approved(refund, first, second)
    dispatch.send_due()
    workflow.record_transfer(refund, reference="UNC1", actor=second)


def _told_transferred_after_all(tale: Errand, at: datetime, refund: Row) -> None:
    returns.refuse(tale, at, refund)
    refunds.give_account(tale, at + timedelta(minutes=20), refund)
    refunds.transfer(tale, at + timedelta(minutes=30), refund)


#: The bank, whether the system asks, the share; how it is played by two accountants, and told. The last one stays due.
WAYS: dict[str, tuple[str, bool, int, Callable[[Refund, User, User], Any], returns.Step]] = {
    "asked for by the system": ("vietinbank", True, 1, lambda *_: None, lambda *_: None),
    "asked for by an accountant": ("vnpay", False, 1, lambda *_: None, lambda *_: None),
    "rejected": (
        "vnpay",
        True,
        1,
        lambda refund, first, second: workflow.reject(refund, checker=second),
        returns.reject,
    ),
    "withdrawn": (
        "vnpay",
        False,
        1,
        lambda refund, first, second: workflow.withdraw(refund, maker=first),
        refunds.withdraw,
    ),
    "done by the bank": ("vnpay", True, 1, _done, returns.give_back),
    "half of it done by the bank": ("vnpay", False, 2, _done, returns.give_back),
    "unclear": ("vnpay", True, 1, _unclear, returns.ask_again),
    "refused by the bank": ("vnpay", True, 1, _refused, returns.refuse),
    "refused, then by hand": ("vnpay", False, 1, _transferred_after_all, _told_transferred_after_all),
    "asked for by the system, by hand": ("vietinbank", True, 2, _transferred, returns.transfer),
    "by hand": ("vietinbank", False, 1, _transferred, returns.transfer),
    "approved": ("vnpay", True, 1, _approved, returns.approve),
}


def _played(client: ApiClient, office: Office, name: str) -> Bill:
    gateway, is_asked, share, play, _tell = WAYS[name]
    first, second = office.accountants
    line = NewLine("LUU-TRU", "phi", "Phí khai thác tài liệu lưu trữ", 50_000)
    made = create_bill(
        reference=name,
        agency=client.agencies.get(),
        payer_name="Bùi Thị Mỷ",
        description=line.description,
        lines=[line],
        client=client,
        cause="api",
        due_at=timezone.now() + timedelta(days=15),
    )
    payment = pay(made, gateway)
    account = ACCOUNT["bank_account"] if gateway == "vietinbank" and not is_asked else ""
    wish = proposal(payment.amount // share, payment.amount, str(REASON), bank_account=account)
    refund = workflow.propose_for_payment(payment, wish, maker=client if is_asked else first)
    play(refund, first, second)
    return made


def _told(world: World, system: errands.System, name: str, monkeypatch: pytest.MonkeyPatch) -> Row:
    gateway, is_asked, share, _play, tell = WAYS[name]
    at = world.now - timedelta(days=3)
    monkeypatch.setattr(errands, "_WORK", (("LUU-TRU", "Phí khai thác tài liệu lưu trữ", (50_000,)),))
    monkeypatch.setattr(names, "person", lambda rng: ("Bùi Thị Mỷ", True))
    tale, bill = errands.make(world, system, at, name, random.Random(name))
    payment = money.begin(tale, at + timedelta(minutes=1), bill, gateway)
    money.pay(tale, at + timedelta(minutes=2), bill, payment, lag=1)
    client = system.client_id if is_asked else None
    amount = bill["amount"] // share
    refund = refunds.propose(tale, at + timedelta(hours=1), amount, REASON, payment=payment, client=client)
    tell(tale, at + timedelta(hours=9), refund)
    return bill


def test_what_goes_back_looks_as_if_it_had_been_done(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = next(iter(world.scene.places.values()))
    client = ApiClient.objects.create(name="Hệ thống", key_hash="x")
    client.agencies.add(place.agency)
    endpoint = endpoints.register(client, "https://mot-cua.example/webhooks")
    receiver = webhooks.Receiver(endpoint.pk, ())
    world.pages.begin()
    told = {name: _told(world, errands.System(client.pk, place, receiver), name, monkeypatch) for name in WAYS}
    world.pages.turn(datetime.max.replace(tzinfo=UTC))
    load._finish(world)
    shaped = {name: shapes.of_bill(Bill.objects.get(pk=row["id"])) for name, row in told.items()}
    Refund.objects.update(next_check_at=None)  # what is played next is for the dispatcher, not this
    differing = []
    for name, mine in shaped.items():
        played = shapes.of_bill(_played(client, office, name))
        differing += [f"{name}: {found}" for found in shapes.differences(mine, played)]
        assert len(played["told"]) > 1
    assert differing == []
    assert check() == []
    assert Payment.objects.count() == 2 * len(WAYS)
