"""What waits today at the office of the demo's accounts: something for everybody who signs in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from random import Random

from agencies.models import Role
from devtools.demo import PHU_THO, VIET_TRI
from devtools.province import rhythm
from devtools.province.people import persons
from devtools.province.scene import Place
from devtools.province.world import World
from devtools.province.writer.row import Row
from dossiers.models import Channel, NoticeKind
from dossiers.states import DossierState
from payments.models.refunds import RefundReason

from . import desk, money, opening, paying, refunds, working
from .rare import dead_letters, plots, reallocations
from .tale import NotYet, Tale

S = DossierState
Plot = Callable[[Tale, datetime], None]
#: What waits, and how often.
Plots = tuple[tuple[Plot, int], ...]
_SAME_DAY = ("2.000815", "2.000884", "2.000635")
_CASES = ("2.000815", "2.000884", "1.004873", "2.000635", "1.012786", "1.001612")


def tell_all(world: World, rng: Random) -> None:
    """Tell what waits: each plot so often, the first of them longest ago."""
    base = last_moment_of_work(world)
    places = {place.agency.code: place for place in world.scene.places.values()}
    for code, waiting in WORK.items():
        if code in places:
            _tell(world, rng, places[code], base, waiting)
    if world.left_open:
        world.shift(world.scene.places[world.left_open[0]], base, rng)


def leave_a_drawer_open(world: World) -> None:
    """Let the cashier who may sign in have a drawer open, before any story has used it."""
    place = next((place for place in world.scene.places.values() if place.agency.code == VIET_TRI), None)
    if place:
        world.left_open = place.agency.pk, world.clock.day_of(last_moment_of_work(world))


def _tell(world: World, rng: Random, place: Place, base: datetime, waiting: Plots) -> None:
    for number, plot in enumerate([plot for plot, count in waiting for _number in range(count)]):
        began = _began(world, rng, plot, base)
        tale = _cast(world, rng, place, began, _SAME_DAY if plot is late else _CASES)
        with suppress(NotYet):
            opening.submit(tale, began - timedelta(seconds=number))
            plot(tale, base - timedelta(minutes=5 + rng.random() * 100))
        money.finish(tale)


def _began(world: World, rng: Random, plot: Plot, base: datetime) -> datetime:
    """Return when somebody handed in: days ago, on the eve so that it is in the last file of the bank, or lately."""
    if plot in _ON_THE_EVE:
        return world.clock.midnight(world.clock.day_of(base)) - timedelta(hours=3 + 7 * rng.random())
    least, most = (60, 100) if plot in _OLD else (3, 23)
    while True:
        at = rhythm.online(rng, world.clock.day_of(base - timedelta(hours=rng.uniform(least, most))))
        if timedelta(hours=least) <= base - at <= timedelta(hours=most):
            return at


def last_moment_of_work(world: World) -> datetime:
    """Return now, or the end of the last working day when offices are closed."""
    now = world.now
    opened = now.replace(hour=8, minute=30)
    if world.clock.works(now.date()) and now > opened:
        return min(now - timedelta(minutes=1), now.replace(hour=16, minute=50))
    day = now.date() - timedelta(days=1)
    while not world.clock.works(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(16, 45), tzinfo=now.tzinfo)


def _cast(world: World, rng: Random, place: Place, at: datetime, codes: tuple[str, ...]) -> Tale:
    day = world.clock.day_of(at)
    cases = [case for case in world.scene.cases if case.procedure.code in codes]
    while True:
        case = rng.choice(cases)
        priced = world.scene.prices.ask(case, day, Channel.ONLINE, place.area, rng, exempt=0.0)
        if priced and priced.quote.total > 0:
            break
    owner = persons.owner(rng, place.agency.name, applicant=priced.facts.applicant, year=day.year)
    return Tale(world, rng, place, case, priced, owner, Channel.ONLINE)


def _paid(tale: Tale, *only: str) -> None:
    """Pay soon after it was handed in, by one of these banks or by any."""
    bill = tale.bills[0]
    payment = money.begin(tale, tale.last + timedelta(minutes=2), bill, paying.gateway(tale, tale.last, *only))
    money.pay(tale, payment["sent_at"] + timedelta(minutes=1), bill, payment, lag=2)


def _taken_in(tale: Tale, at: datetime, *, begun: bool = True) -> None:
    start = max(tale.last, at - timedelta(minutes=60))
    desk.accept(tale, start + timedelta(minutes=1))
    reception, handler = tale.officer(Role.RECEPTION_OFFICER), tale.officer(Role.HANDLING_OFFICER)
    desk.assign(tale, start + timedelta(minutes=2), reception, handler)
    if begun:
        desk.advance(tale, start + timedelta(minutes=9), S.IN_PROCESS, handler)


def to_receive(tale: Tale, at: datetime) -> None:
    """New, and paid."""
    _paid(tale)


def to_receive_unpaid(tale: Tale, at: datetime) -> None:
    """New; somebody looks at the bank's page."""
    if tale.rng.random() < 0.6:
        money.begin(tale, tale.world.now - timedelta(minutes=tale.rng.uniform(1, 20)), tale.bills[0], "vnptpay")


def in_doubt(tale: Tale, at: datetime) -> None:
    """The bank is not sure."""
    paying.unclear(tale, tale.last + timedelta(minutes=1), tale.bills[0])


def to_begin(tale: Tale, at: datetime) -> None:
    """Taken in, and given to the handler."""
    _taken_in(tale, at, begun=False)


def to_handle(tale: Tale, at: datetime) -> None:
    """In the handler's hands; those from days ago are late."""
    if tale.rng.random() < 0.6:
        _paid(tale)
    _taken_in(tale, at)


def late(tale: Tale, at: datetime) -> None:
    """In the handler's hands, and overdue."""
    first = max(tale.last, tale.world.clock.next_morning(tale.last, 8, 10))
    _taken_in(tale, first + timedelta(minutes=60))


def papers_awaited(tale: Tale, at: datetime) -> None:
    """Papers were asked for."""
    _taken_in(tale, at)
    actor = tale.officer(Role.HANDLING_OFFICER)
    when = tale.last + timedelta(minutes=2)
    desk.notice(tale, when, NoticeKind.SUPPLEMENT, actor, "Hồ sơ còn thiếu giấy tờ", "Bản chính để đối chiếu")


def money_awaited(tale: Tale, at: datetime) -> None:
    """Its clock stands until the fee is paid."""
    _taken_in(tale, at)
    actor = tale.officer(Role.HANDLING_OFFICER)
    desk.advance(tale, tale.last + timedelta(minutes=1), S.FINANCIAL_OBLIGATION, actor)


def stopped(tale: Tale, at: datetime) -> None:
    """Stopped, and may go on."""
    _taken_in(tale, at)
    actor = tale.officer(Role.HANDLING_OFFICER)
    desk.notice(tale, tale.last + timedelta(minutes=1), NoticeKind.STOP, actor, "Đang chờ kết luận của Tòa án")


def to_sign(tale: Tale, at: datetime) -> None:
    """Before the signer."""
    _paid(tale)
    _taken_in(tale, at)
    desk.put_before_signer(tale, tale.last + timedelta(minutes=3), working.number(tale))


def to_hand_over(tale: Tale, at: datetime) -> None:
    """The result is there, and paid."""
    to_sign(tale, at)
    desk.sign(tale, tale.last + timedelta(minutes=4), tale.dossier["_waiting"])


def to_hand_over_unpaid(tale: Tale, at: datetime) -> None:
    """The result is there; the fee is not."""
    _taken_in(tale, at)
    desk.record(tale, tale.last + timedelta(minutes=4), working.number(tale))


def to_hand_over_in_doubt(tale: Tale, at: datetime) -> None:
    """The result is there; whether the money is, the bank does not know."""
    in_doubt(tale, at)
    to_hand_over_unpaid(tale, at)


def _refund(tale: Tale, at: datetime, maker: int) -> Row:
    _paid(tale, "vietinbank", "vnptpay")  # which give nothing back by themselves
    clock, rng = tale.world.clock, tale.rng
    _taken_in(tale, clock.at_work(rng, tale.last, 1) + timedelta(minutes=60))
    when = max(tale.last + timedelta(minutes=15), min(clock.at_work(rng, tale.last, rng.choice((2, 6, 11))), at))
    reason = rng.choice((RefundReason.EXEMPTED_LATER, RefundReason.COLLECTED_IN_ERROR))
    return refunds.propose(tale, when, tale.bills[0]["amount"], reason, payment=tale.payments[0], maker=maker)


def refund_to_approve(tale: Tale, at: datetime) -> None:
    """Proposed by the second accountant, for the first."""
    _refund(tale, at, 1)


def refund_of_mine(tale: Tale, at: datetime) -> None:
    """Proposed by the first accountant, for the second."""
    _refund(tale, at, 0)


def refund_to_transfer(tale: Tale, at: datetime) -> None:
    """Approved; a person has to transfer the money."""
    refund = _refund(tale, at, 0)
    refunds.approve(tale, tale.last + timedelta(minutes=3), refund)


def surplus(tale: Tale, at: datetime) -> None:
    """Two transfers for one bill: an accountant decides what becomes of the second."""
    payment = money.begin(tale, tale.last + timedelta(minutes=1), tale.bills[0], "vietinbank")
    for minutes in (2, 9):
        money.pay(tale, payment["sent_at"] + timedelta(minutes=minutes), tale.bills[0], payment, lag=2)


def short(tale: Tale, at: datetime) -> None:
    """A transfer of too little."""
    bill = tale.bills[0]
    payment = money.begin(tale, tale.last + timedelta(minutes=1), bill, "vietinbank")
    money.pay(tale, payment["sent_at"] + timedelta(minutes=4), bill, payment, lag=2, amount=bill["amount"] - 1000)


def move_to_approve(tale: Tale, at: datetime) -> None:
    """A transfer of far more than the fee, of which the second accountant wants to take what is owed."""
    bill = tale.bills[0]
    payment = money.begin(tale, tale.last + timedelta(minutes=1), bill, "vietinbank")
    money.pay(tale, payment["sent_at"] + timedelta(minutes=4), bill, payment, lag=2, amount=20 * bill["amount"])
    reallocations.propose(tale, tale.last + timedelta(minutes=30), payment["_discrepancies"][0], bill, maker=1)


def not_understood(tale: Tale, at: datetime) -> None:
    """A message of the bank lies in quarantine."""
    dead_letters.not_understood(tale, tale.last + timedelta(minutes=1), tale.bills[0], "vietinbank")


def claim(tale: Tale, at: datetime) -> None:
    """“Tôi đã bị trừ tiền”, and nobody has answered yet."""
    bill = tale.bills[0]
    payment = money.begin(tale, tale.last + timedelta(minutes=1), bill, "vnptpay")
    money.end(tale, payment["sent_at"] + timedelta(minutes=1), bill, payment, "failed")
    plots.make_claim(tale, tale.last + timedelta(minutes=10), bill, payment)


def to_erase(tale: Tale, at: datetime) -> None:
    """Handed over long ago; its owner wants the personal data gone."""
    to_hand_over(tale, at)
    desk.hand_over(tale, tale.last + timedelta(minutes=5))
    asked = tale.last + timedelta(minutes=20)
    tale.write("erasure", tale.when(asked), dossier_id=tale.dossier, asked_at=asked)
    tale.world.audit(asked, None, "erasure_asked", lambda: f"dossier:{tale.dossier['code']}", tale.place.agency.pk)


_ON_THE_EVE = (short, move_to_approve)
_OLD = (
    late, claim, surplus, to_erase, not_understood, refund_to_approve, refund_of_mine, refund_to_transfer,
)  # fmt: skip
#: By office. Phường Phú Thọ has accounts for its accountants only.
WORK: dict[str, Plots] = {
    VIET_TRI: (
        (late, 2), (claim, 2), (surplus, 2), (to_erase, 2), (short, 1), (move_to_approve, 1), (not_understood, 1),
        (to_receive, 4), (to_receive_unpaid, 3),
        (in_doubt, 1), (to_begin, 3), (to_handle, 5), (papers_awaited, 2), (money_awaited, 1), (stopped, 1),
        (to_sign, 4), (to_hand_over, 4), (to_hand_over_unpaid, 3), (to_hand_over_in_doubt, 1), (refund_to_approve, 2),
        (refund_of_mine, 1), (refund_to_transfer, 1),
    ),
    PHU_THO: (
        (claim, 1), (surplus, 1), (short, 1), (move_to_approve, 1), (refund_to_approve, 1), (refund_of_mine, 1),
        (refund_to_transfer, 1),
    ),
}  # fmt: skip
#: How many dossiers wait.
COUNT = sum(count for waiting in WORK.values() for _plot, count in waiting)
