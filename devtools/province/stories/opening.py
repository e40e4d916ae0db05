"""How a dossier comes in: from home, at the window with an officer's help, by post."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from json import dumps
from random import Random

from agencies.models import Role
from core.values import identity
from core.values.documents import DocumentKind
from core.values.form_fields import COUNTRY, KIND
from devtools.province.people import answers, persons
from devtools.province.pricing import Priced, kept_facts, lines_of, typed_facts
from devtools.province.scene import Place
from devtools.province.world import PIN, World
from devtools.province.writer.row import naming
from dossiers.models import Channel, Confirmation, EventKind, IdentityShown, ReturnMethod
from dossiers.models.drafts import KEPT
from dossiers.states import DossierState
from procedures.fees import with_amounts
from procedures.models import ProcedureCase

from . import bills, papers
from .tale import Tale, token

_CODE = "ACDEFGHJKMNPQRTUVWXY34679"
_EXEMPT = 0.07


def cast(world: World, rng: Random, day: date, channel: str) -> Tale:
    """Choose who comes, for what, where to, and what it costs that day."""
    while True:
        case, place = world.scene.case_and_place(rng)
        priced = world.scene.prices.ask(case, day, channel, place.area, rng, exempt=_EXEMPT)
        if priced:
            break
    home = place.agency.name if place.area else rng.choice(world.homes)
    owner = persons.owner(rng, home, applicant=priced.facts.applicant, year=day.year)
    return Tale(world, rng, place, case, priced, owner, channel)


def submit(tale: Tale, at: datetime, *, by_post: bool = False) -> None:
    """Hand it in, as `submission.submit` does, with the bill and the first message."""
    tale.when(at)
    world, rng, place, owner = tale.world, tale.rng, tale.place, tale.owner
    due = world.clock.due(at, tale.case.duration_by(tale.channel), tale.case.duration_unit)
    asked = answers.Asked(owner, place.agency.name, world.clock.day_of(at), tale.case)
    given = answers.give(world.scene.questions.get(tale.case.procedure_id, ()), asked, rng)
    tale.dossier = tale.write(
        "dossier",
        at,
        code=world.next_code(place, world.clock.day_of(at)),
        slip_token=token(rng),
        pin_hash=world.pin_hash,
        pin=PIN,
        agency_id=place.agency.pk,
        case_id=tale.case.pk,
        channel=tale.channel,
        state=DossierState.SUBMITTED,
        owner_name=owner.name,
        owner_search_key=owner.search_key,
        owner_identity_number=owner.identity_number,
        owner_phone=owner.phone,
        owner_email=owner.email,
        owner_address=owner.address,
        applicant_kind=tale.priced.facts.applicant,
        facts=dict(kept_facts(tale.priced)),
        answers=given.said,
        _typed=given.typed,
        return_method=ReturnMethod.POST if by_post else ReturnMethod.COUNTER,
        submission_key=token(rng),
        submitted_at=at,
        due_at=due,
        original_due_at=due,
    )
    helper = tale.officer(Role.RECEPTION_OFFICER) if tale.channel != Channel.ONLINE else None
    draft(tale, at, helper)
    note = f"Nộp với sự giúp đỡ của {place.agency}"[:255] if helper else ""
    tale.event(at, EventKind.SUBMITTED, after=DossierState.SUBMITTED, actor_id=helper, note=note)
    papers.with_form(tale, at)
    tale.tell("received", naming("dossier:", tale.dossier), at)
    postage = bills.postage(tale, at, place.agency.name, persons.street(rng)) if by_post else None
    _bill(tale, at, tale.priced, postage)


def _bill(tale: Tale, at: datetime, priced: Priced, postage: dict[str, object] | None) -> None:
    quoted = priced.quote
    if not quoted.is_determined:
        return
    facts = tale.dossier["facts"]
    lines = [{**line, "source": {**line["source"], "facts": facts}} for line in priced.lines]
    postal = tale.dossier.get("_postal")
    if not quoted.is_free:
        taken_along = postage is not None and not quoted.is_exempt
        extra = [postage] if taken_along and postage else []
        bill = bills.make(tale, at, [*lines, *extra], tale.case.procedure.name, is_exempt=quoted.is_exempt)
        if taken_along and postal is not None:
            postal["bill_id"] = bill
            postage = None
    if postage and postal is not None:
        postal["bill_id"] = bills.make(tale, at, [postage], "Cước gửi kết quả qua bưu chính công ích")
    if bills.is_settled(tale):
        tale.settled_at = at


def assess(tale: Tale, at: datetime) -> datetime:
    """Set what only an examination can tell, as `fees.assessment.determine` does; the bill is made now."""
    tale.when(at)
    open_codes = tale.dossier["facts"]["undetermined"]
    amounts = {code: tale.rng.choice((1_200_000, 3_500_000, 8_000_000)) for code in open_codes}
    tale.dossier["facts"] = {**tale.dossier["facts"], "undetermined": []}
    quoted = with_amounts(tale.priced.quote, amounts)
    tale.priced = Priced(tale.priced.facts, quoted, lines_of(quoted))
    _bill(tale, at, tale.priced, None)
    for bill in tale.bills:
        tale.tell("fee_due", naming("bill:", bill), at, amount=bill["amount"])
    tale.world.audit(
        at,
        tale.officer(Role.HANDLING_OFFICER),
        "fee_determined",
        f"dossier:{tale.dossier['code']}",
        tale.place.agency.pk,
        amounts=amounts,
        reason="Theo kết quả thẩm định",
    )
    return at


def draft(tale: Tale, at: datetime, helper: int | None) -> None:
    """What is left of the form: its draft for thirty days, and for good who helped and how it was confirmed."""
    rng, began = tale.rng, at - timedelta(minutes=tale.rng.uniform(3, 14))
    kept = None
    if at + KEPT > tale.world.now:
        kept = tale.write(
            "draft",
            at,
            code=draft_code(rng),
            case_id=tale.case.pk,
            submission_key=tale.dossier["submission_key"],
            dossier_id=tale.dossier,
            created_at=began,
            expires_at=began + timedelta(minutes=2) + KEPT,
            phone_key=identity.search_key(tale.owner.phone),
        )
    if helper is None:
        return
    by_signature = tale.channel == Channel.COUNTER and rng.random() < 0.6
    confirmation = Confirmation.SIGNATURE if by_signature else Confirmation.CODE
    tale.write(
        "assistance",
        at,
        draft_id=kept,
        dossier_id=tale.dossier,
        officer_id=helper,
        agency_id=tale.place.agency.pk,
        channel=tale.channel,
        began_at=began,
        asked_digest="" if by_signature else rng.randbytes(32).hex(),
        confirmation=confirmation,
        confirmed_at=at,
        identity_shown=IdentityShown.CARD if by_signature else "",
        identity_tail=tale.owner.identity_number[-4:] if by_signature else "",
    )
    code, agency = (kept["code"] if kept else draft_code(rng)), tale.place.agency.pk
    tale.world.audit(began, helper, "assist_begin", f"draft:{code}", agency, case=tale.case.slug)
    subject = f"dossier:{tale.dossier['code']}"
    tale.world.audit(at, helper, "assist_submit", subject, agency, confirmation=str(confirmation))


def abandoned(world: World, rng: Random, at: datetime, case: ProcedureCase, place: Place) -> None:
    """Somebody begins a form and goes away after some step; what was typed is kept for thirty days."""
    if at + KEPT <= world.now or at >= world.now:
        return
    day = world.clock.day_of(at)
    owner = persons.owner(rng, place.agency.name, year=at.year)
    steps: dict[str, dict[str, list[str]]] = {}
    filled = rng.randint(0, 3)
    if filled > 0:
        steps["nguoi-nop"] = _person(owner)
    priced = world.scene.prices.ask(case, day, Channel.ONLINE, place.area, rng, exempt=_EXEMPT) if filled > 1 else None
    if priced:
        asked = answers.Asked(owner, place.agency.name, day, case)
        given = answers.give(world.scene.questions.get(case.procedure_id, ()), asked, rng)
        fee = typed_facts(world.scene.prices.rules(case, day)[1], priced.facts, day)
        steps["noi-dung"] = {"agency": [str(place.agency.pk)], **fee, **given.typed}
    if priced and filled > 2:
        steps["giay-to"] = {"return_method": ["counter"]}
    world.pages.add(
        "draft",
        at,
        code=draft_code(rng),
        case_id=case.pk,
        submission_key=token(rng),
        answers_json=dumps(steps),
        phone_key=identity.search_key(owner.phone) if filled else "",
        created_at=at,
        expires_at=at + KEPT,
    )


def _person(owner: persons.Owner) -> dict[str, list[str]]:
    """Return the first step as a browser sends it."""
    return {
        "owner_name": [owner.name],
        "owner_identity_number" + KIND: [DocumentKind.CCCD],
        "owner_identity_number": [owner.identity_number],
        "owner_identity_number" + COUNTRY: [""],
        "owner_phone": [owner.phone],
        "owner_email": [owner.email],
        "owner_address": [owner.address],
    }


def draft_code(rng: Random) -> str:
    """Return a code of a draft in its shape."""
    letters = "".join(rng.choices(_CODE, k=8))
    return f"{letters[:4]}-{letters[4:]}"
