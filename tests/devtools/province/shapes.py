"""What a dossier looks like in the database: which columns are filled in which rows, in order, and what they say."""

from __future__ import annotations

import json
import re
from typing import Any

from django.db import models
from django.db.models import Q

from agencies.models import AuditEntry
from dossiers import models as d
from payments import models as p

#: Columns that must say the same; of all others it is compared whether they say anything.
_SAID = {
    "kind", "before", "after", "state", "cause", "outcome", "source", "result", "is_correction", "is_applied",
    "channel", "is_transfer", "tender", "relation", "stage", "currency", "action", "revision", "gateway",
    "return_method", "code", "reference", "text", "is_exempt", "number",
}  # fmt: skip
#: Columns that must be equal to the đồng and the letter.
_EQUAL = {
    "amount", "used_amount", "reserved_amount", "remaining_seen", "postage", "position", "explanation", "legal_basis",
    "description", "payer_name", "agency_name", "refund_note", "is_refundable", "currency",
    "owner_name", "owner_search_key", "owner_identity_key", "owner_phone", "applicant_kind",
    "answers",
}  # fmt: skip
#: Objects of which the names inside must be the same.
_NAMED = {"detail", "request", "qr_details", "hand_over"}
#: What chance, a clock or somebody else decides: how a bank was asked meanwhile, whether a message has gone out; and
#: what serves for a minute only, to undo a step (`replaced`).
_FREE = {
    "id", "check_count", "checked_at", "next_check_at", "attempts", "sent_at", "next_attempt_at", "last_error",
    "headers", "owner_id", "identity_shown", "identity_tail", "address", "file",
    "signed_by_id", "batch", "returned_at", "facts", "bank_ref",
    "gave_up_at", "replaced",
}  # fmt: skip
#: What somebody looks at or prints, more or less often.
_BY_CHANCE = ("view", "assist_submit", "paper_printed")
Shape = dict[str, list[dict[str, str]]]


def of(dossier: d.Dossier) -> Shape:
    """Return the shape of a dossier with all that hangs on it."""
    own = Q(dossier=dossier)
    subjects = [f"{kind}:{dossier.code}" for kind in ("dossier", "collection")]
    subjects.append(f"dossier:{dossier.pk}")
    rows: dict[str, models.QuerySet[Any]] = {"dossier": d.Dossier.objects.filter(pk=dossier.pk)}
    rows |= _money(p.Bill.objects.filter(pk__in=dossier.bill_links.values("bill")), subjects)
    for model in (
        d.DossierEvent, d.Message, d.Assignment, d.ClockPause, d.WrittenNotice, d.SigningRequest, d.Result, d.HandOver,
        d.TakenBack, d.PostalOrder, d.ErasureRequest, d.ExemptionCheck,
    ):  # fmt: skip
        rows[model.__name__] = model._default_manager.filter(own)
    return _shape(rows)


def of_bill(bill: p.Bill) -> Shape:
    """Return the shape of a bill that a connected system made, with what that was told of it."""
    shape = _shape(_money(p.Bill.objects.filter(pk=bill.pk), []))
    told = p.WebhookDelivery.objects.filter(body__data__id=bill.pk).order_by("pk")
    shape["told"] = [{"body": _without_ids(delivery.body)} for delivery in told]
    return shape


def _without_ids(body: dict[str, Any]) -> str:
    """Say of ids, times and names only that they are there."""
    return re.sub(r'("(?:id|payment|timestamp|reference)": )("[^"]*"|[0-9]+)', r"\1+", json.dumps(body, sort_keys=True))


def _money(found: models.QuerySet[p.Bill], subjects: list[str]) -> dict[str, models.QuerySet[Any]]:
    """Return the rows of bills, with the audit of their refunds and of other subjects."""
    bills = _known(found)
    payments = _known(p.Payment.objects.filter(bill__in=bills))
    cases = _known(p.Discrepancy.objects.filter(bill__in=bills))
    refunds = _known(p.Refund.objects.filter(Q(payment__in=payments) | Q(discrepancy__in=cases)))
    of_refund = Q(cause="refund", cause_id__in=[str(pk) for pk in refunds.values_list("pk", flat=True)])
    subjects = [*subjects, *(f"refund:{found.pk}" for found in refunds)]
    return {
        "bills": bills,
        "lines": p.BillLine.objects.filter(bill__in=bills),
        "payments": payments,
        "counter": p.CounterPayment.objects.filter(payment__in=payments),
        "notifications": p.Notification.objects.filter(payment__in=payments),
        "ledger": p.LedgerEvent.objects.filter(Q(bill__in=bills) | Q(payment__in=payments) | of_refund),
        "receipts": p.Receipt.objects.filter(bill__in=bills),
        "cancellations": p.ReceiptCancellation.objects.filter(receipt__bill__in=bills),
        "discrepancies": cases,
        "moves": p.Reallocation.objects.filter(discrepancy__in=cases),
        "claims": p.ChargeClaim.objects.filter(payment__in=payments),
        "refunds": refunds,
        "audit": AuditEntry.objects.filter(subject__in=subjects).exclude(action__in=_BY_CHANCE),
    }


def _shape(rows: dict[str, models.QuerySet[Any]]) -> Shape:
    return {name: [_row(row) for row in sorted(found, key=lambda row: row.pk)] for name, found in rows.items()}


def _known(found: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return a query that has its rows, and gives others their keys."""
    return found.model._default_manager.filter(pk__in=[row.pk for row in found])


def _row(row: models.Model) -> dict[str, str]:
    fields = [field for field in row._meta.concrete_fields if field.attname not in _FREE]
    return {field.attname: _said(field.attname, getattr(row, field.attname)) for field in fields}


def _said(name: str, value: Any) -> str:
    if isinstance(value, memoryview):
        value = bytes(value)
    if name == "relation":  # chance decides who fetches a result
        return "post" if value == "post" else "somebody"
    if name in _EQUAL:
        return str(value)
    if name in _NAMED and isinstance(value, dict):
        return " ".join(sorted(value))
    if name in _SAID:
        return re.sub(r"[0-9]+", "#", str(value))
    return "+" if value else ""


def differences(told: Shape, played: Shape) -> list[str]:
    """Name every column of every row in which two dossiers differ, and every row that only one has."""
    found = []
    for table in told:
        ours, theirs = told[table], played[table]
        if len(ours) != len(theirs):
            found.append(f"{table}: {len(ours)} rows told, {len(theirs)} played")
        for number, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
            found += [
                f"{table}[{number}].{name}: told {mine[name]!r}, played {other[name]!r}"
                for name in mine
                if mine[name] != other[name]
            ]
    return found
