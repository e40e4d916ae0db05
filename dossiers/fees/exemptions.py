"""Exemptions and reductions that a citizen claims: an officer sees the paper, or the claim falls away and is owed.

What was claimed stands frozen in the lines of the bill (`source["reduction"]`); what an officer saw stands beside it
(`ExemptionCheck`). No result is handed over on a claim that nobody has checked (`handover.release.why_not`).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from dossiers.errors import NothingClaimed
from dossiers.messages.outbox import tell_what_is_due
from dossiers.models import Dossier, DossierBill, DossierEvent, EventKind, ExemptionCheck
from dossiers.processing.versions import check_seen
from dossiers.states import PAYMENT_HOLDS, DossierState
from payments.bills.create import NewLine, cancel_bill, create_bill
from payments.models import Bill
from procedures.fees import FeeUnknown, quote
from procedures.schedules.load import rules_for

from .assessment import day_of, facts_of
from .claims import Claim, claim_of, claimed_lines


def prove(dossier: Dossier, *, actor: User) -> ExemptionCheck:
    """Note that the paper was seen; what was asked for without it is cancelled. Locks the bills, then the dossier.

    Raises NothingClaimed where nothing is to be checked, BillNotPayable or BillHasMoney when what was asked for
    meanwhile is paid or may be, DossierMoved.
    """
    with transaction.atomic(durable=True):
        locked, claim = _locked(dossier)
        if claim.is_proven:
            raise NothingClaimed
        if claim.check and claim.check.bill:
            cancel_bill(claim.check.bill, reason=f"Đã xem giấy: {claim.ground}", actor=actor)
            event = {"kind": EventKind.FEE_CANCELLED, "bill_id": claim.check.bill_id, "amount": claim.check.bill.amount}
            DossierEvent.objects.create(dossier=locked, actor=actor, **event)
        return _note(locked, claim, actor, is_proven=True)


def let_fall(dossier: Dossier, *, actor: User) -> ExemptionCheck:
    """Note that there is no paper: the amount is owed, by a bill of its own. Locks the bills, then the dossier.

    Raises NothingClaimed where nothing is to be checked or nobody may be asked to pay, DossierMoved.
    """
    with transaction.atomic(durable=True):
        locked, claim = _locked(dossier)
        if claim.has_fallen or locked.state in (*PAYMENT_HOLDS, DossierState.RETURNED):
            raise NothingClaimed
        bill = _bill_without(locked)
        return _note(locked, claim, actor, is_proven=False, bill=bill)


def _bill_without(dossier: Dossier) -> Bill | None:
    """Ask for what the claim took off, and tell the citizen; nothing where everybody pays no more."""
    lines = [line for line in _lines_without(dossier) if line.amount]
    if not lines:
        return None
    bill = create_bill(
        reference=dossier.code,
        agency=dossier.agency,
        payer_name=dossier.owner_name,
        description=dossier.case.procedure.name,
        lines=lines,
        cause="officer",
    )
    DossierBill.objects.create(dossier=dossier, bill=bill)
    DossierEvent.objects.create(dossier=dossier, kind=EventKind.FEE_DUE, bill_id=bill.pk, amount=bill.amount)
    tell_what_is_due(dossier)
    return bill


def _locked(dossier: Dossier) -> tuple[Dossier, Claim]:
    list(Bill.objects.filter(pk__in=dossier.bill_links.values("bill")).select_for_update().order_by("pk"))
    dossiers = Dossier.objects.select_for_update(of=("self",)).select_related("agency", "case__procedure")
    locked = dossiers.get(pk=dossier.pk)
    check_seen(dossier)
    claim = claim_of(locked)
    if claim is None:
        raise NothingClaimed
    return locked, claim


def _note(dossier: Dossier, claim: Claim, actor: User, *, is_proven: bool, bill: Bill | None = None) -> ExemptionCheck:
    action = "exemption_proven" if is_proven else "exemption_fallen"
    audit.record(
        action, f"dossier:{dossier.code}", actor=actor, agency=dossier.agency, ground=claim.ground, amount=claim.amount
    )
    return ExemptionCheck.objects.create(
        dossier=dossier, is_proven=is_proven, ground=claim.ground[:255], amount=claim.amount, bill=bill, actor=actor
    )


def _lines_without(dossier: Dossier) -> Iterator[NewLine]:
    """Yield what each claimed line costs somebody of no group, less what its bill asked for already."""
    full = _prices_without(dossier)
    for _bill, line in claimed_lines(dossier):
        gross = int(line.source["gross"])
        missing = max(full.get(line.code, gross) - line.amount, 0)
        ground = line.source["reduction"]["name"]
        yield NewLine(
            code=line.code,
            kind=line.kind,
            description=line.description,
            amount=missing,
            explanation=_("Không có giấy chứng minh “%(ground)s”: thu theo mức chung.")[:500] % {"ground": ground},
            legal_basis=line.legal_basis,
            source=line.source | {"reduction": None, "claim_without_paper": line.source["reduction"]},
            is_refundable=line.is_refundable,
            refund_note=line.refund_note,
        )


def _prices_without(dossier: Dossier) -> dict[str, int]:
    """Return the amounts by the rules of the day it came in for somebody of no group, as far as there are rules."""
    day = day_of(dossier)
    try:
        quoted = quote(rules_for(dossier.case, day, dossier.agency), facts_of(dossier, groups=()), day)
    except FeeUnknown:
        return {}
    return {line.rule.code: line.amount for line in quoted.lines if not line.is_to_be_determined}
