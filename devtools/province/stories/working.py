"""Ways in which a dossier goes through an office, each a plot told from the moment it was handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agencies.models import Role
from devtools.province.aside import durations
from devtools.province.people import words
from dossiers.models import EventKind, NoticeKind, PostalState
from dossiers.states import DossierState
from payments.models.discrepancies import DiscrepancyKind
from payments.models.refunds import RefundReason

from . import bills, desk, money, opening, papers, paying, refunds
from .tale import NotYet, Tale

S = DossierState
Plot = Callable[[Tale, datetime], None]


def _work(tale: Tale, at: datetime, hours: float) -> datetime:
    return tale.world.clock.at_work(tale.rng, at, hours)


def number(tale: Tale) -> str:
    """Return the number of a result: they grow with the year."""
    name = tale.case.procedure.name.lower()
    sign = next((sign for part, sign in words.SIGNS if part in name), "QĐ")
    day = tale.world.clock.day_of(tale.last).timetuple().tm_yday
    return f"{day * 6 + tale.rng.randint(-5, 0)}/{sign}-UBND"


def take_in(tale: Tale, at: datetime, hours: float = 3.0) -> datetime:
    """Accept it, give it to a handler, who begins; return when."""
    accepted = _work(tale, at, hours if tale.channel == "online" else 0.05)
    desk.accept(tale, accepted)
    reception, handler = tale.officer(Role.RECEPTION_OFFICER), tale.officer(Role.HANDLING_OFFICER)
    given = accepted + timedelta(seconds=tale.rng.uniform(20, 300))
    desk.assign(tale, given, reception, handler)
    begun = _work(tale, given, min(1.5, durations.working_hours(tale.case, tale.channel) / 4))
    desk.advance(tale, begun, S.IN_PROCESS, handler)
    if tale.dossier["facts"]["undetermined"]:
        begun = opening.assess(tale, _work(tale, begun, 3))
    return begun


def finish(tale: Tale, at: datetime, hours: float) -> datetime:
    """Finish it by signature or on paper; return when."""
    if tale.rng.random() < 0.55:
        request = desk.put_before_signer(tale, _work(tale, at, hours * 0.8), number(tale))
        done = _work(tale, request["submitted_at"], max(hours * 0.2, 0.4))
        desk.sign(tale, done, request)
    else:
        done = _work(tale, at, hours)
        desk.record(tale, done, number(tale))
    return done


def hours_left(tale: Tale) -> float:
    """Return how many working hours the work takes: most keep the day, one in fourteen misses it."""
    hours = durations.working_hours(tale.case, tale.channel)
    return hours * (tale.rng.uniform(1.15, 2.0) if tale.rng.random() < 0.07 else tale.rng.uniform(0.12, 0.72))


def give_out(tale: Tale, done: datetime) -> None:
    """Hand the result over once it is paid, at the desk or by post, and hear what the citizen thought of it."""
    paid = settle_late(tale, done)
    ready = max(done, paid)
    if postal := tale.dossier.get("_postal"):
        at = _work(tale, ready, 4)
        desk.hand_over(tale, at, by_post=True)
        arrived = tale.when(_work(tale, at, 20))
        postal |= {"state": PostalState.DELIVERED, "ended_at": arrived}
        actor = tale.officer(Role.RECEPTION_OFFICER)
        tale.event(arrived, EventKind.POST_DELIVERED, actor_id=actor)
        subject, agency = f"dossier:{tale.dossier['code']}", tale.place.agency.pk
        tale.world.audit(arrived, actor, "post_delivered", subject, agency)
        rate(tale, arrived)
        return
    at = _work(tale, ready, tale.rng.choice((0.5, 3, 8, 16)))
    desk.hand_over(tale, at)
    rate(tale, at)


def settle_late(tale: Tale, done: datetime) -> datetime:
    """Who has not paid by now pays when the result is there: online when told, or at the counter. Raises NotYet.

    Of those who meant not to, most come after some weeks.
    """
    for bill in list(tale.bills):
        if bill["state"] != "open":
            continue
        if tale.is_paying:
            if not tale.is_forgotten or tale.rng.random() < 0.15:
                continue
            money.finish(tale)
            done = done + timedelta(days=tale.rng.uniform(6, 50))
        if tale.rng.random() < (0.55 if tale.channel == "online" else 0.15):
            paying.plainly(tale, done + timedelta(hours=tale.rng.uniform(0.1, 20)), bill)
        else:
            paying.at_the_counter(tale, _work(tale, done, tale.rng.choice((1, 8, 20))), bill)
    if not bills.is_settled(tale):
        raise NotYet
    return tale.settled_at or done


def rate(tale: Tale, at: datetime) -> None:
    """One in seven says how it was."""
    rng = tale.rng
    if rng.random() < 0.14:
        when = tale.when(at + timedelta(hours=rng.uniform(0.1, 50)))
        score = rng.choices((5, 4, 3, 2, 1), (58, 26, 9, 4, 3))[0]
        said = "" if rng.random() < 0.6 else rng.choice(words.GOOD if score > 3 else words.BAD)
        tale.write("rating", when, dossier_id=tale.dossier, score=score, words=said, at=when)


def smoothly(tale: Tale, at: datetime) -> None:
    """Taken in, worked on, finished, handed over."""
    begun = take_in(tale, at)
    done = finish(tale, begun, hours_left(tale))
    give_out(tale, done)


def with_papers_missing(tale: Tale, at: datetime) -> None:
    """Papers are asked for, at the window or later; they come, and the clock goes on."""
    rng, early = tale.rng, tale.rng.random() < 0.5
    papers_asked = tale.world.scene.papers.get(tale.case.procedure_id, ())
    choice = list(dict.fromkeys([*(name.partition(":")[0] for name, _always in papers_asked), *words.MISSING]))
    items = "\n".join(rng.sample(choice, rng.randint(1, 3)))
    if early:
        actor = tale.officer(Role.RECEPTION_OFFICER)
        asked = _work(tale, at, 3)
        desk.notice(tale, asked, NoticeKind.SUPPLEMENT, actor, "Hồ sơ còn thiếu giấy tờ", items)
        came = _work(tale, asked, rng.choice((8, 16, 40)))
        papers.asked_for(tale, came)
        desk.advance(tale, came, S.SUBMITTED, None, words.SENT)
        begun = take_in(tale, came, 1)
    else:
        actor = tale.officer(Role.HANDLING_OFFICER)
        begun = take_in(tale, at)
        asked = _work(tale, begun, 4)
        desk.notice(tale, asked, NoticeKind.SUPPLEMENT, actor, "Cần làm rõ nội dung kê khai", items)
        came = _work(tale, asked, rng.choice((8, 24, 60)))
        papers.asked_for(tale, came)
        desk.advance(tale, came, S.IN_PROCESS, None, words.SENT)
        begun = came
    give_out(tale, finish(tale, begun, hours_left(tale)))


def refused(tale: Tale, at: datetime) -> None:
    """Refused at the window, in writing."""
    actor, reason = tale.officer(Role.RECEPTION_OFFICER), tale.rng.choice(words.REFUSED)
    when = _work(tale, at, 4)
    desk.notice(tale, when, NoticeKind.REFUSAL, actor, reason)
    _give_back(tale, when, RefundReason.REFUSED)


def withdrawn(tale: Tale, at: datetime) -> None:
    """The citizen takes it back, before or while it is worked on."""
    if tale.rng.random() < 0.5:
        at = take_in(tale, at)
    when = at + timedelta(hours=tale.rng.uniform(0.3, 30))
    desk.advance(tale, when, S.WITHDRAWN, None)
    _give_back(tale, when, RefundReason.WITHDRAWN)


def _give_back(tale: Tale, at: datetime, reason: RefundReason) -> None:
    """What was paid in vain goes back, after an accountant has proposed it and another agreed."""
    for payment in tale.payments:
        for case in [
            found for found in payment.get("_discrepancies", []) if found["kind"] == DiscrepancyKind.PAID_IN_VAIN
        ]:
            asked = _work(tale, at, tale.rng.choice((6, 20)))
            refund = refunds.propose(tale, asked, case["amount"], reason, payment=payment, maker=tale.rng.randrange(2))
            paying.carry_out(tale, refund, _work(tale, asked, 8))


def stopped(tale: Tale, at: datetime) -> None:
    """Stopped by the office; some go on later."""
    begun = take_in(tale, at)
    when = _work(tale, begun, 8)
    handler = tale.officer(Role.HANDLING_OFFICER)
    is_about_land = "đất" in tale.case.procedure.name.lower()
    desk.notice(
        tale, when, NoticeKind.STOP, handler, tale.rng.choice(words.STOPPED_LAND if is_about_land else words.STOPPED)
    )
    if tale.rng.random() < 0.4:
        on = _work(tale, when, 80)
        desk.advance(tale, on, S.IN_PROCESS, handler, "Đã có kết luận, giải quyết tiếp")
        give_out(tale, finish(tale, on, hours_left(tale)))


def extended(tale: Tale, at: datetime) -> None:
    """It will be late: the office apologises and names a later day, which it keeps or not."""
    begun = take_in(tale, at)
    asked = _work(tale, begun, 12)
    desk.extend(tale, asked, tale.rng.choice((3, 5, 7)), tale.rng.choice(words.LATE))
    give_out(tale, finish(tale, asked, tale.rng.choice((10, 20, 34))))


def waiting_for_money(tale: Tale, at: datetime) -> None:
    """Its clock stands still until the fee is paid, which lets it go on by itself."""
    begun = take_in(tale, at)
    when = _work(tale, begun, 2)
    if bills.is_settled(tale):
        give_out(tale, finish(tale, begun, hours_left(tale)))
        return
    desk.advance(tale, when, S.FINANCIAL_OBLIGATION, tale.officer(Role.HANDLING_OFFICER))
    paid = settle_late(tale, when)
    give_out(tale, finish(tale, paid, hours_left(tale)))


def sent_back(tale: Tale, at: datetime) -> None:
    """The signer sends the first draft back; the second is signed."""
    begun = take_in(tale, at)
    first = desk.put_before_signer(tale, _work(tale, begun, 4), number(tale))
    back = _work(tale, first["submitted_at"], 2)
    desk.send_back(tale, back, first, "Sửa lại căn cứ pháp lý ở phần mở đầu")
    second = desk.put_before_signer(tale, _work(tale, back, 3), first["number"])
    done = _work(tale, second["submitted_at"], 2)
    desk.sign(tale, done, second)
    give_out(tale, done)


def given_to_the_wrong_person(tale: Tale, at: datetime) -> None:
    """A result is given out by mistake, taken back by a leader, and given out anew."""
    begun = take_in(tale, at)
    done = finish(tale, begun, hours_left(tale))
    paid = settle_late(tale, done)
    handed = _work(tale, max(done, paid), 2)
    by_post = tale.dossier.get("_postal") is not None
    given = desk.hand_over(tale, handed, by_post=by_post)
    back = _work(tale, handed, 16 if by_post else 3)
    signer = tale.officer(Role.RECEPTION_OFFICER if by_post else Role.SIGNER)
    reason = "Không có người nhận" if by_post else "Trả nhầm cho người cùng tên"
    desk.take_back(tale, back, given, reason, actor=signer, from_post=by_post)
    desk.hand_over(tale, _work(tale, back, 6))


def erased(tale: Tale, at: datetime) -> None:
    """Handed over, and later its owner wants the personal data gone; some are refused, some wait for an answer."""
    smoothly(tale, at)
    asked = tale.when(_work(tale, tale.dossier["returned_at"], 20))
    made = tale.write("erasure", asked, dossier_id=tale.dossier, asked_at=asked)
    tale.world.audit(asked, None, "erasure_asked", lambda: f"dossier:{tale.dossier['code']}", tale.place.agency.pk)
    decided = tale.when(_work(tale, asked, 30))
    refusal = "Hồ sơ còn trong thời hạn lưu trữ theo quy định"
    actor = tale.officer(Role.SIGNER)
    made |= {"decided_at": decided, "decided_by_id": actor, "refusal": refusal}
    subject = lambda: f"dossier:{tale.dossier['code']}"  # noqa: E731
    tale.world.audit(decided, actor, "erasure_refused", subject, tale.place.agency.pk, reason=refusal)


def left_alone(tale: Tale, at: datetime) -> None:
    """Nobody has taken it in."""


def undone(tale: Tale, at: datetime) -> None:
    """Taken in by mistake, undone within the minute, and taken in later."""
    actor, when = tale.officer(Role.RECEPTION_OFFICER), _work(tale, at, 2)
    desk.advance(tale, when, S.ACCEPTED, actor)
    back = tale.when(when + timedelta(seconds=tale.rng.uniform(8, 50)))
    tale.dossier |= {"received_at": None, "state": S.SUBMITTED}
    tale.count_deadline()
    tale.event(back, EventKind.STEP_UNDONE, before=S.ACCEPTED, after=S.SUBMITTED, actor_id=actor)
    desk.audited(tale, back, actor, "step_undone", before=S.ACCEPTED, after=S.SUBMITTED)
    smoothly(tale, back)


COMMON: tuple[tuple[Plot, float], ...] = (
    (smoothly, 87),
    (with_papers_missing, 6),
    (waiting_for_money, 2),
    (extended, 1.5),
    (refused, 1.2),
    (withdrawn, 0.8),
    (sent_back, 1.5),
)
RARE: tuple[Plot, ...] = (
    with_papers_missing, refused, withdrawn, stopped, extended, waiting_for_money, sent_back,
    given_to_the_wrong_person, erased, undone,
)  # fmt: skip
