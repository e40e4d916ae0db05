"""Submits a dossier: code, quote, bill and first timeline entries in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, User
from core.values.documents import DocumentKind
from core.values.text import fold
from dossiers.messages.outbox import tell
from dossiers.models import Dossier, DossierEvent, Draft, EventKind, PostalOrder
from dossiers.post import orders as postal_orders
from payments.bills.create import NewLine, create_bill
from procedures.areas import area_of
from procedures.calendar import days
from procedures.fees import Facts, Quantity, Quote, quote
from procedures.models import FeeRule, ProcedureCase
from procedures.schedules.load import rules_for

from .numbering import next_code


@dataclass(frozen=True, slots=True)
class Application:
    """What the citizen filled in."""

    case: ProcedureCase
    agency: Agency
    owner_name: str
    owner_phone: str
    owner_identity_number: str = ""
    owner_identity_number_kind: str = DocumentKind.CCCD
    owner_identity_number_country: str = ""
    owner_email: str = ""
    owner_address: str = ""
    channel: str = "online"
    quantities: Mapping[str, Quantity] | None = None
    groups: frozenset[str] = frozenset()
    applicant_kind: str = "individual"
    area: str = ""
    is_late: bool = False
    return_method: str = "counter"
    post_to: postal_orders.Address | None = None
    submission_key: str = ""
    is_for_another: bool = False
    answers: tuple[tuple[str, str], ...] = ()


def price(application: Application) -> Quote:
    """Quote an application today. Raises FeeUnknown, ValueError."""
    today = timezone.localdate()
    facts = Facts(
        application.channel,
        application.quantities or {},
        application.groups,
        applicant=application.applicant_kind,
        area=application.area or area_of(application.agency.name),
        is_late=application.is_late,
    )
    return quote(rules_for(application.case, today, application.agency), facts, today)


def submit(
    application: Application, draft: Draft | None = None, *, quoted: Quote | None = None, by: User | None = None
) -> tuple[Dossier, str]:
    """Submit once and return the dossier with its PIN, which is shown once and printed on the slip.

    A draft's papers become the dossier's in the same transaction, and nothing else is left
    in the draft. The same `submission_key` again returns the first dossier with an empty
    PIN: a double click makes one dossier. `quoted` is today's price of the application where the
    caller knows it; `by` is the citizen who hands in, where VNeID said who it is. Raises FeeUnknown, ValueError.
    """
    pin = f"{secrets.randbelow(10_000):04d}"
    now = timezone.now()
    quoted = quoted or price(application)
    with transaction.atomic():
        if draft:
            Draft.objects.select_for_update().get(pk=draft.pk)  # the same button pressed twice waits here
        earlier = Dossier.objects.filter(submission_key=application.submission_key).first()
        if application.submission_key and earlier:
            return earlier, ""
        case = application.case
        due_at = days.due_at(now, case.duration_by(application.channel), case.duration_unit, agency=application.agency)
        dossier = Dossier(
            code=next_code(application.agency, timezone.localdate()),
            pin_hash=make_password(pin),
            pin=pin,
            agency=application.agency,
            case=application.case,
            channel=application.channel,
            owner_name=application.owner_name,
            owner_search_key=fold(application.owner_name)[:120],
            owner_phone=application.owner_phone,
            owner_identity_number=application.owner_identity_number,
            owner_identity_kind=application.owner_identity_number_kind or DocumentKind.CCCD,
            owner_identity_country=application.owner_identity_number_country,
            owner_email=application.owner_email,
            owner_address=application.owner_address,
            applicant_kind=application.applicant_kind,
            facts={
                "quantities": dict(application.quantities or {}),
                "groups": sorted(application.groups),
                "applicant": application.applicant_kind,
                "area": application.area or area_of(application.agency.name),
                "is_late": application.is_late,
                "undetermined": [line.rule.code for line in quoted.lines if line.is_to_be_determined],
            },
            answers=[list(answer) for answer in application.answers],
            return_method=application.return_method,
            submitted_at=now,
            due_at=due_at,
            original_due_at=due_at,
        )
        if application.submission_key:
            dossier.submission_key = application.submission_key
        dossier.save()
        if draft:
            draft.attachments.update(dossier=dossier, draft=None)
            Draft.objects.filter(pk=draft.pk).update(dossier=dossier, answers_json="{}")
        helper = getattr(draft, "assistance", None)
        DossierEvent.objects.create(
            dossier=dossier,
            kind=EventKind.SUBMITTED,
            after=dossier.state,
            actor=helper.officer if helper else by,
            note=f"Nộp với sự giúp đỡ của {helper.agency}"[:255] if helper else _on_behalf(application),
        )
        tell(dossier, "received", f"dossier:{dossier.pk}")
        # Without all amounts there is no bill: `assessment.determine` makes it after examination.
        if application.post_to:
            postal_orders.order(dossier, application.post_to)
        if quoted.is_determined:
            bill_quote(dossier, quoted)
    return dossier, pin


def _on_behalf(application: Application) -> str:
    return "Nộp thay chủ hồ sơ" if application.is_for_another else ""


def bill_quote(dossier: Dossier, quoted: Quote) -> None:
    """Freeze the quote; nothing where nothing is to be paid. Postage goes along with a fee, else on its own bill."""
    if not quoted.is_free:
        _bill_fee(dossier, quoted)
    postal_orders.bill(dossier)


def _bill_fee(dossier: Dossier, quoted: Quote) -> None:
    postage = () if quoted.is_exempt else postal_orders.lines_of(dossier)  # a waived bill would waive the post's money
    bill = create_bill(
        reference=dossier.code,
        agency=dossier.agency,
        payer_name=dossier.owner_name,
        description=dossier.case.procedure.name,
        lines=[
            NewLine(
                code=line.rule.code,
                kind=line.rule.kind,
                description=line.rule.name,
                amount=line.amount,
                explanation=line.explanation[:500],
                legal_basis=line.legal_basis[:255],
                source={**line.source, "facts": dossier.facts},
                is_refundable=line.rule.refund_policy != FeeRule.Refund.NONE,
                refund_note=line.rule.refund_text,
            )
            for line in quoted.lines
        ]
        + list(postage),
        is_exempt=quoted.is_exempt,
    )
    if postage:
        PostalOrder.objects.filter(dossier=dossier).update(bill=bill)
    postal_orders.owe(dossier, bill)
