"""What refunds and reallocations share: one person proposes, which holds the money, and a second person decides.

All of it works inside the caller's transaction, on rows the caller has locked.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import F, QuerySet
from django.utils import timezone

from agencies.independence import may_check
from agencies.models import User

from . import discrepancies
from .api import clients
from .errors import IdempotencyConflict, NotIndependent, RemainingChanged, SamePerson
from .models import Discrepancy, Payment, Reallocation, Refund

Proposal = TypeVar("Proposal", Refund, Reallocation)


def earlier(among: QuerySet[Proposal], idempotency_key: str, amount: int) -> Proposal | None:
    """Return what was proposed under this key before. Raises IdempotencyConflict when it was another amount."""
    proposal = among.filter(idempotency_key=idempotency_key).first()
    if proposal and proposal.amount != amount:
        raise IdempotencyConflict(idempotency_key)
    return proposal


def check_remaining(source: Payment | Discrepancy, seen: int) -> None:
    """Raise RemainingChanged unless the source still holds what the proposer saw, whole đồng."""
    if seen != source.remaining_amount:
        raise RemainingChanged(source.remaining_amount)


def hold(source: Payment | Discrepancy, amount: int) -> None:
    """Hold back an amount from the source, so that no second proposal can give it away too."""
    if isinstance(source, Payment):
        Payment.objects.filter(pk=source.pk).update(reserved_amount=F("reserved_amount") + amount)
    else:
        Discrepancy.objects.filter(pk=source.pk).update(used_amount=F("used_amount") + amount)


def release(proposal: Refund | Reallocation) -> None:
    """Release what a rejected proposal held back; money that is free again stands on an open case with an owner.

    A case that was closed while the proposal was undecided is opened again.
    """
    payment = proposal.payment if isinstance(proposal, Refund) else None
    if payment:
        hold(payment, -proposal.amount)
        discrepancies.reopen_unreturned(payment, since=proposal.proposed_at)
    elif case := proposal.discrepancy:
        hold(case, -proposal.amount)
        discrepancies.reopen(case)


def check_second_person(proposal: Refund | Reallocation, person: User, *, is_agreed: bool = True) -> None:
    """Raise SamePerson when somebody is about to decide, or carry out, what they proposed.

    Raises NotIndependent when they agree and one of the two gave the other the account or the role, or the person
    holds the key of the system that proposed it.
    """
    if proposal.maker_id == person.pk:
        raise SamePerson
    if is_agreed and not all(may_check(maker, person) for maker in _makers(proposal)):
        raise NotIndependent


def check_two_people(maker: User | None, person: User) -> None:
    """Raise SamePerson, NotIndependent unless `person` may agree to what `maker` did first. None is no person."""
    if maker and maker.pk == person.pk:
        raise SamePerson
    if maker and not may_check(maker, person):
        raise NotIndependent


def _makers(proposal: Refund | Reallocation) -> list[User]:
    if proposal.maker:
        return [proposal.maker]
    client = proposal.client if isinstance(proposal, Refund) else None
    return list(clients.holders(client)) if client else []


def note_decision(proposal: Refund | Reallocation, checker: User, *, is_agreed: bool) -> None:
    """Set who decided and when; the caller saves. Raises as `check_second_person`."""
    check_second_person(proposal, checker, is_agreed=is_agreed)
    proposal.checker, proposal.decided_at = checker, timezone.now()
