"""What officers do with a dossier: take it in, give it to a colleague, ask for papers, sign, hand over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agencies.models import Role
from devtools.province.people import names
from devtools.province.writer.row import Row, naming
from dossiers.models import EventKind, IdentityShown, NoticeKind, PostalState, Relation, SigningState, Stage
from dossiers.processing.transitions import UNDO_WITHIN
from dossiers.states import DossierState

from . import bills, corrections
from .tale import NotYet, Tale

S = DossierState
_WAIT = UNDO_WITHIN.total_seconds()
_LEADS_TO = {NoticeKind.SUPPLEMENT: S.SUPPLEMENT, NoticeKind.REFUSAL: S.REFUSED, NoticeKind.STOP: S.STOPPED}
PAUSING = (S.SUPPLEMENT, S.FINANCIAL_OBLIGATION, S.STOPPED)


def advance(tale: Tale, at: datetime, after: DossierState, actor: int | None, note: str = "") -> None:
    """Move a dossier along an edge with all that goes with it, as `transitions.advance` does."""
    tale.when(at)
    row, before = tale.dossier, tale.dossier["state"]
    stamp = {S.ACCEPTED: "received_at", S.FINISHED: "finished_at", S.RETURNED: "returned_at"}.get(after)
    if stamp and row.get(stamp) is None:
        row[stamp] = at
    if before == S.IN_PROCESS:
        _recall(tale, at, actor)
    if before in PAUSING:
        bills.leave_pause(tale, at)
    if after in PAUSING:
        tale.pauses.append(tale.write("pause", at, dossier_id=row, state=after, started_at=at))
    if after == S.ACCEPTED or before in PAUSING:
        tale.count_deadline()
    tale.moved(at, after, actor, note)
    if actor is not None and after != S.RETURNED:
        audited(tale, at, actor, f"state_{after.name.lower()}", before=before)
    if after in (S.REFUSED, S.WITHDRAWN):
        corrections.end_bills(tale, at)


def audited(tale: Tale, at: datetime, actor: int, action: str, **detail: Any) -> None:
    """Put down what an officer did with the dossier, as `transitions.record` does."""
    tale.world.audit(at, actor, action, f"dossier:{tale.dossier['code']}", tale.place.agency.pk, **detail)


def _recall(tale: Tale, at: datetime, actor: int | None) -> None:
    waiting = tale.dossier.get("_waiting")
    if waiting is not None:
        waiting |= {"state": SigningState.RECALLED, "decided_by_id": actor, "decided_at": at}
        tale.dossier |= {"assignee_id": waiting["submitted_by_id"], "_waiting": None}


def accept(tale: Tale, at: datetime) -> None:
    """Take it in at the window, and print the slip."""
    actor = tale.officer(Role.RECEPTION_OFFICER)
    seen(tale, at - timedelta(seconds=tale.rng.uniform(20, 200)), actor)
    see_proof(tale, at, actor)
    advance(tale, at, S.ACCEPTED, actor)
    if tale.rng.random() < 0.5:
        tale.write("printing", at, dossier_id=tale.dossier, paper="giay-hen", actor_id=actor, at=at)
        audited(tale, at, actor, "paper_printed", paper="giay-hen")


def see_proof(tale: Tale, at: datetime, actor: int) -> None:
    """Look once at the paper behind a claimed exemption, as `fees.exemptions.prove` does."""
    lines = [line for bill in tale.bills for line in bill["_of"]]
    claimed = [line for line in lines if (line["source"].get("reduction") or {}).get("group")]
    amount = sum(line["source"]["gross"] - line["amount"] for line in claimed)
    if not amount or tale.dossier.get("_proven"):
        return
    ground = ", ".join(dict.fromkeys(line["source"]["reduction"]["name"] for line in claimed))
    tale.dossier["_proven"] = True
    row = {"is_proven": True, "ground": ground, "amount": amount, "actor_id": actor, "at": at}
    tale.write("exemption_check", at, dossier_id=tale.dossier, **row)
    audited(tale, at, actor, "exemption_proven", ground=ground, amount=amount)


def seen(tale: Tale, at: datetime, actor: int) -> None:
    """Leave the trace of who opened it."""
    if at > tale.dossier["submitted_at"]:
        audited(tale, at, actor, "view")


def give(tale: Tale, at: datetime, stage: Stage, giver: int, taker: int, note: str = "") -> None:
    """Give it to a colleague."""
    tale.when(at)
    tale.write(
        "assignment", at, dossier_id=tale.dossier, stage=stage, giver_id=giver, taker_id=taker, note=note[:255], at=at
    )
    tale.dossier["assignee_id"] = taker


def assign(tale: Tale, at: datetime, giver: int, taker: int) -> None:
    """Give it to a colleague to work on, as `decisions.assign` does."""
    give(tale, at, Stage.HANDLING, giver, taker)
    audited(tale, at, giver, "assigned", stage=Stage.HANDLING, taker=taker)


def notice(tale: Tale, at: datetime, kind: NoticeKind, actor: int, reason: str, items: str = "") -> None:
    """Ask for papers, refuse or stop in writing, as `decisions.give_notice` does."""
    advance(tale, at, _LEADS_TO[kind], actor, reason)
    made = tale.write(
        "notice",
        at,
        dossier_id=tale.dossier,
        kind=kind,
        reason=reason,
        items=items,
        issued_by_id=actor,
        issued_at=at,
        due_before=tale.dossier["due_at"],
    )
    tale.tell(kind, naming("notice:", made), at, wait=_WAIT, due="")


def extend(tale: Tale, at: datetime, days: int, reason: str) -> None:
    """Apologise and name a later day, as `decisions.extend` does."""
    tale.when(at)
    actor, before = tale.officer(Role.SIGNER), tale.dossier["due_at"]
    until = tale.world.clock.due(max(before, at), days, "working_day")
    made = tale.write(
        "notice",
        at,
        dossier_id=tale.dossier,
        kind=NoticeKind.APOLOGY,
        reason=reason,
        issued_by_id=actor,
        issued_at=at,
        due_before=before,
        due_after=until,
    )
    tale.extended_at = at
    tale.dossier["_promised_at"] = until
    tale.count_deadline()
    audited(tale, at, actor, "extend", reason=reason)
    tale.tell(NoticeKind.APOLOGY, naming("notice:", made), at, wait=_WAIT, due=f"{until:%d/%m/%Y}")


def put_before_signer(tale: Tale, at: datetime, number: str) -> Row:
    """Put a draft before the signer, as `signing.submit` does."""
    tale.when(at)
    actor, signer = tale.officer(Role.HANDLING_OFFICER), tale.officer(Role.SIGNER)
    made = tale.write(
        "signing",
        at,
        dossier_id=tale.dossier,
        number=number,
        file=tale.world.samples["result"][0],
        submitted_by_id=actor,
        submitted_to_id=signer,
        submitted_at=at,
        state=SigningState.WAITING,
    )
    give(tale, at, Stage.SIGNING, actor, signer, number)
    tale.event(at, EventKind.SIGNING_ASKED, actor_id=actor, note=number)
    audited(tale, at, actor, "signing_asked", number=number, signer=signer)
    tale.dossier["_waiting"] = made
    return made


def send_back(tale: Tale, at: datetime, request: Row, reason: str) -> None:
    """Let the signer give the draft back."""
    tale.when(at)
    signer = request["submitted_to_id"]
    request |= {"state": SigningState.SENT_BACK, "decided_by_id": signer, "decided_at": at, "reason": reason}
    tale.dossier["_waiting"] = None
    give(tale, at, Stage.HANDLING, signer, request["submitted_by_id"], reason)
    tale.event(at, EventKind.SENT_BACK, actor_id=signer, note=reason)
    audited(tale, at, signer, "signing_sent_back", reason=reason)


def sign(tale: Tale, at: datetime, request: Row) -> None:
    """Let the signer sign, as `signing.sign` does."""
    tale.when(at)
    signer, number = request["submitted_to_id"], request["number"]
    request |= {"state": SigningState.SIGNED, "decided_by_id": signer, "decided_at": at}
    tale.dossier["_waiting"] = None
    advance(tale, at, S.FINISHED, signer, number)
    _result(tale, at, number, tale.place.office.names[signer], signer, signed_by_id=signer, file=request["file"])
    give(tale, at, Stage.RESULT, signer, tale.officer(Role.RECEPTION_OFFICER), number)
    audited(tale, at, signer, "sign", number=number)


def record(tale: Tale, at: datetime, number: str) -> None:
    """Write down what was signed on paper, as `decisions.record_result` does."""
    actor, signer = tale.officer(Role.HANDLING_OFFICER), tale.officer(Role.SIGNER)
    advance(tale, at, S.FINISHED, actor, number)
    _result(tale, at, number, tale.place.office.names[signer], actor)


def _result(tale: Tale, at: datetime, number: str, signer: str, actor: int, **values: Any) -> None:
    made = tale.write(
        "result",
        at,
        dossier_id=tale.dossier,
        number=number,
        signed_on=tale.world.clock.day_of(at),
        signer=signer[:120],
        recorded_by_id=actor,
        recorded_at=at,
        **values,
    )
    tale.tell("result_ready", naming("result:", made), at, wait=_WAIT)


def hand_over(tale: Tale, at: datetime, *, by_post: bool = False) -> Row:
    """Give the result out, or to the post, as `handover.release` does; every bill is settled."""
    tale.when(at)
    if not bills.is_settled(tale):
        raise NotYet
    actor, rng = tale.officer(Role.RECEPTION_OFFICER), tale.rng
    see_proof(tale, at, actor)  # of what was billed after reception
    advance(tale, at, S.RETURNED, actor)
    number = f"E{rng.randrange(10**9):09d}VN" if by_post else ""
    relation = (
        Relation.POST
        if by_post
        else rng.choices((Relation.OWNER, Relation.FAMILY, Relation.AUTHORISED), (82, 12, 6))[0]
    )
    shown = (
        "" if by_post else rng.choices((IdentityShown.CARD, IdentityShown.VNEID, IdentityShown.SLIP), (60, 25, 15))[0]
    )
    owner, known = tale.owner, tale.bills
    comes_for_them = relation in (Relation.FAMILY, Relation.AUTHORISED)
    letter = f"{at:%j}/CT, {at - timedelta(days=1):%d/%m/%Y}" if relation == Relation.AUTHORISED else ""
    states = [(bill, str(bill["state"])) for bill in known]
    made = tale.write(
        "hand_over",
        at,
        dossier_id=tale.dossier,
        officer_id=actor,
        receiver_name="Bưu điện" if by_post else names.person(rng)[0] if comes_for_them else owner.name,
        relation=relation,
        identity_shown=shown,
        identity_tail=owner.identity_number[-4:] if shown in (IdentityShown.CARD, IdentityShown.VNEID) else "",
        letter=letter,
        tracking_number=number,
        bill_states=lambda: {str(bill["id"]): state for bill, state in states},
        at=at,
    )
    if by_post:
        tale.dossier["_postal"] |= {"state": PostalState.POSTED, "ended_at": None}
        tale.tell("posted", naming("handover:", made), at, wait=_WAIT, number=number)
    detail = {"relation": relation, "identity_shown": shown} | ({"letter": letter} if letter else {})
    audited(tale, at, actor, "hand_over", **detail)
    return made


def take_back(tale: Tale, at: datetime, given: Row, reason: str, *, actor: int, from_post: bool = False) -> None:
    """Let a result lie at the desk again: given to the wrong person, or brought back by the post."""
    tale.when(at)
    shown = ("identity_shown", "identity_tail", "identity_note", "letter")
    fields = ("officer", "receiver_name", "relation", *shown, "tracking_number", "batch")
    kept = {name: given.get(f"{name}_id", given.get(name, "")) for name in fields}
    given_at = given["at"].astimezone(UTC)
    states = given["bill_states"]
    tale.write(
        "taken_back",
        at,
        dossier_id=tale.dossier,
        hand_over=lambda: {**kept, "bill_states": states(), "at": given_at.isoformat()},
        reason=reason[:255],
        actor_id=actor,
        at=at,
    )
    given["_gone"] = True
    tale.dossier |= {"state": S.FINISHED, "returned_at": None}
    before, after = S.RETURNED, S.FINISHED
    tale.event(at, EventKind.HAND_OVER_UNDONE, before=before, after=after, actor_id=actor, note=reason[:255])
    if from_post:
        postal = tale.dossier["_postal"]
        postal |= {"state": PostalState.CAME_BACK, "ended_at": at}
        tale.event(at, EventKind.POST_CAME_BACK, actor_id=actor, note=reason[:255])
        tale.tell("came_back", lambda: f"post:{postal['id']}:1", at)
    action = "post_came_back" if from_post else "take_back"
    audited(tale, at, actor, action, reason=reason)
