"""Exports all personal data of a dossier (Luật 91/2025/QH15)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from dossiers.models import Dossier, OneTimeCode, PostalOrder, Rating
from dossiers.states import DossierState
from payments.models import ChargeClaim

from .erasure import drafts_of


def data_of(dossier: Dossier, *, is_owner: bool) -> dict[str, Any]:
    """Return everything kept of the person, ready for JSON. Amounts are whole đồng, times ISO 8601 with offset.

    Whoever opened the dossier without proving to be its owner (a helper who pays) gets the identity
    number's last four digits only, and nothing of what the owner has begun and not handed in.
    """
    number, document = dossier.owner_identity_number, dossier.identity_document
    return {
        "code": dossier.code,
        "procedure": dossier.case.procedure.name,
        "agency": dossier.agency.name,
        "state": str(DossierState(dossier.state).label),
        "submitted_at": _time(dossier.submitted_at),
        "due_at": _time(dossier.due_at),
        "owner": {
            "name": dossier.owner_name,
            "identity_document": document.kind_in_words if document else "",
            "identity_number": number if is_owner or not number else f"{'*' * 8}{number[-4:]}",
            "phone": dossier.owner_phone,
            "email": dossier.owner_email,
            "address": dossier.owner_address,
        },
        "facts": dossier.facts,
        "answers": [{"question": question, "answer": answer} for question, answer in dossier.answers],
        "papers": [
            {"name": paper.name, "for": paper.requirement, "bytes": paper.size, "sent_at": _time(paper.uploaded_at)}
            for paper in dossier.attachments.order_by("id")
        ],
        "events": [
            {"what": event.get_kind_display(), "at": _time(event.at)} for event in dossier.events.order_by("id")
        ],
        "messages": [
            {"to": message.recipient, "text": message.text, "sent_at": _time(message.sent_at)}
            for message in dossier.messages.order_by("id")
        ],
        "bills": [
            {
                "reference": bill.reference,
                "payer": bill.payer_name,
                "amount": bill.amount,
                "state": str(bill.display_state.label),
                "payments": [
                    {"gateway": payment.gateway, "amount": payment.amount, "at": _time(payment.created_at)}
                    for payment in bill.payments.order_by("id")
                ],
                "receipts": [receipt.full_number for receipt in bill.receipts.order_by("id")],
            }
            for bill in dossier.bills.order_by("id")
        ],
        "claims": _claims(dossier),
        "one_time_codes": [
            {"for": code.purpose, "made_at": _time(code.made_at), "sent_at": _time(code.sent_at)}
            for code in OneTimeCode.objects.filter(about=dossier.code).order_by("id")
        ],
        "drafts": _drafts(dossier) if is_owner else [],
        "ratings": list(Rating.objects.filter(dossier=dossier).values("score", "words")),
        "handed_over": _handed_over(dossier),
        "posted_to": PostalOrder.objects.filter(dossier=dossier)
        .values("receiver_name", "receiver_phone", "street", "commune", "province")
        .first(),
    }


def _claims(dossier: Dossier) -> list[dict[str, Any]]:
    """What a payer said of money we had not seen; of the picture only its size is given, as of papers."""
    charge_claims = ChargeClaim.objects.filter(payment__bill__in=dossier.bills.all()).order_by("id")
    return [
        {
            "amount": claim.amount,
            "charged_at": _time(claim.charged_at),
            "bank_ref": claim.bank_ref,
            "picture_bytes": claim.proof.size if claim.proof else 0,
            "opened_at": _time(claim.opened_at),
        }
        for claim in charge_claims
    ]


def _drafts(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {
            "code": draft.code,
            "procedure": draft.case.procedure.name,
            "answers": draft.answers,
            "papers": list(draft.attachments.values_list("name", flat=True)),
            "kept_until": _time(draft.expires_at),
        }
        for draft in drafts_of(dossier)
    ]


def _handed_over(dossier: Dossier) -> dict[str, Any] | None:
    handed = getattr(dossier, "hand_over", None)
    return handed and {"to": handed.receiver_name, "at": _time(handed.at), "identity_tail": handed.identity_tail}


def _time(moment: Any) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None
