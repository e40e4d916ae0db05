"""A sample of whole dossiers, drawn by weight: how it is paid, what the office does with it, how it goes out.

Each part is done by the product's verbs and told as a story (`kinds*.py`); chance puts the parts together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from devtools.province.stories import desk
from devtools.province.stories.tale import Tale
from dossiers.handover import release
from dossiers.handover.receivers import Receiver
from dossiers.models import Dossier

from . import kinds, kinds_of_money, kinds_of_work  # the last two register theirs
from .kinds import KINDS, Office

#: Ways to pay that leave nothing owed, by how often they are drawn.
MONEY = {
    "paid_online": 34,
    "paid_by_transfer": 24,
    "paid_in_cash": 14,
    "paid_by_card": 5,
    "paid_at_the_second_try": 6,
    kinds_of_money.paid_by_transfer_after_an_attempt_ran_out.__name__: 4,
    "found_when_the_bank_was_asked": 4,
    "settled_by_the_bank_s_file": 2,
    "the_callback_comes_after_the_attempt_ran_out": 2,
    "transferred_twice_and_given_back": 1,
    "somebody_says_that_money_was_taken": 1,
    "the_bank_does_not_take_the_attempt": 1,
    "far_too_much_is_moved_to_the_bill_and_the_rest_given_back": 1,
    "transferred_too_much_and_given_back": 1,
    "a_message_could_not_be_worked_off": 1,
}
#: What the office does until the result is there, or as far as it comes.
WORK = {
    "recorded": 42,
    kinds_of_work.signed_at_the_second_time.__name__: 30,
    "papers_were_asked_for": 8,
    "extended_with_an_apology": 4,
    "stopped": 3,
    "left_alone": 10,
    "withdrawn_unpaid": 3,
}
KINDS_HERE = {
    "paid_online": (lambda dossier, office: kinds.played_payment(dossier), kinds.told_payment),
    "recorded": (kinds.played_done, kinds.told_done),
    "left_alone": (lambda dossier, office: None, lambda tale, at: None),
}
#: Where nobody can pay afterwards.
_TAKES_NO_MONEY = ("withdrawn_unpaid", "stopped")
_WITH_A_RESULT = ("recorded", "signed_at_the_second_time")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A dossier as it was drawn: what is done to it in this order, and how it is returned."""

    steps: tuple[str, ...]
    by_post: bool
    is_exempt: bool
    is_whole: bool = True

    @property
    def is_given_out(self) -> bool:
        """Tell whether its result goes out at the end."""
        return self.is_whole and any(step in _WITH_A_RESULT for step in self.steps)


def of_kind(name: str) -> Drawn:
    """Return a dossier to which nothing but one kind of thing is done; its name says how it is returned, and free."""
    return Drawn((name,), "post" in name, "exempt" in name, is_whole=False)


def draw(rng: Random) -> Drawn:
    """Draw a dossier."""
    money, work = (rng.choices(list(found), list(found.values()))[0] for found in (MONEY, WORK))
    by_post, is_exempt, is_paid_first = rng.random() < 0.16, rng.random() < 0.08, rng.random() < 0.8
    steps = [work]
    if by_post or not is_exempt:
        steps.insert(0 if is_paid_first or work in _TAKES_NO_MONEY else 1, money)
    return Drawn(tuple(steps), by_post, is_exempt)


def play(drawn: Drawn, dossier: Dossier, office: Office) -> None:
    """Do it by the product's verbs."""
    for step in drawn.steps:
        (KINDS | KINDS_HERE)[step][0](kinds.fresh(dossier), office)
    if drawn.is_given_out:
        receiver = Receiver("x", "family")
        if drawn.by_post:
            receiver = Receiver("Bưu điện", relation="post", tracking_number="E1VN")
        release.release(kinds.fresh(dossier), officer=office.reception, receiver=receiver)


def tell(drawn: Drawn, tale: Tale, at: datetime) -> None:
    """Tell it as a story, one step after the other."""
    for step in drawn.steps:
        (KINDS | KINDS_HERE)[step][1](tale, at)
        at = max(at, tale.last) + timedelta(minutes=30)
    if drawn.is_given_out:
        desk.hand_over(tale, at, by_post=drawn.by_post)
