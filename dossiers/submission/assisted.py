"""Assisted submission: an officer fills in, the citizen confirms, then it is submitted.

The citizen confirms by a one-time code sent to their own phone, for exactly the summary they
were shown, or, without a phone, by signing the printed summary with a paper that says who they
are. What is confirmed by signature is handed in at the counter; only a code makes it online.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import Agency, User
from core.values import identity
from core.values.documents import ends_in
from core.values.money import grouped
from dossiers.errors import NotConfirmable, NotPrinted, OtherNumber
from dossiers.handover.receivers import LEAST_NOTE
from dossiers.models import Assistance, Channel, Confirmation, Dossier, Draft
from dossiers.one_time_codes import codes as one_time_codes
from procedures.models import ProcedureCase

from . import drafts
from .drafts import Complete
from .forms import PersonForm

PURPOSE = "assisted"
#: It is read out to the officer on purpose, so it says when, and what it is for.
TEXT = (
    "Ma nop ho so tai quay: {{code}}, phi {amount} d, dung trong 5 phut. "
    "Chi doc cho can bo khi da xem va dong y ho so. Mot Cua Phu Tho."
)


def begin(case: ProcedureCase, *, officer: User, agency: Agency, channel: Channel) -> Draft:
    """Begin an application for the citizen at the desk."""
    with transaction.atomic():
        draft = Draft.objects.create(case=case)
        Assistance.objects.create(draft=draft, officer=officer, agency=agency, channel=channel)
        _record("assist_begin", draft, officer, agency, case=case.slug)
    return draft


def phone_of(draft: Draft) -> str:
    """Return the citizen's phone as far as it was filled in, or ""."""
    form = drafts.form_of(draft, PersonForm)
    return str(form.cleaned_data["owner_phone"]) if form.is_valid() else ""


def ask(ready: Complete) -> None:
    """Send the citizen a code for the summary as it stands.

    Raises NotConfirmable without a phone, or with the officer's own; TooManyCodes; FeeUnknown.
    """
    draft, phone = ready.draft, ready.application.owner_phone
    assistance = draft.assistance
    if not phone or phone == _clean(assistance.officer.phone):
        raise NotConfirmable
    amount = grouped(ready.postage + (0 if ready.quote.is_exempt else ready.quote.total))
    with transaction.atomic():
        one_time_codes.send(PURPOSE, draft.code, phone, TEXT.format(amount=amount))
        assistance.asked_digest = _digest(ready)
        assistance.save(update_fields=["asked_digest"])
        _record("assist_ask", draft, assistance.officer, assistance.agency)


def hand_in_with_code(draft: Draft, code: str) -> tuple[Dossier, str] | None:
    """Hand in what the citizen confirmed by code, once; None when the code is wrong or for another summary."""
    with transaction.atomic():
        locked = _locked(draft)
        if locked.dossier:
            return locked.dossier, ""
        ready = drafts.completed(locked)
        if locked.assistance.asked_digest != _digest(ready) or not one_time_codes.check(PURPOSE, draft.code, code):
            return None
        return _hand_in(ready, Confirmation.CODE)


def note_printed(ready: Complete) -> None:
    """Remember what was printed to be signed: nothing else can be. Raises FeeUnknown."""
    assistance = ready.draft.assistance
    with transaction.atomic():
        assistance.printed_digest = _digest(ready)
        assistance.save(update_fields=["printed_digest"])
        _record("assist_print", ready.draft, assistance.officer, assistance.agency)


def is_printed(ready: Complete) -> bool:
    """Tell whether the summary was printed as it stands. Raises FeeUnknown."""
    return bool(ready.draft.assistance.printed_digest == _digest(ready))


def is_other_number(ready: Complete, tail: str) -> bool:
    """Tell whether a paper that was shown ends otherwise than the number the citizen declared."""
    number = ready.application.owner_identity_number
    return bool(number and tail) and not ends_in(number, tail)


def hand_in_with_signature(
    draft: Draft, *, identity_shown: str, identity_tail: str, identity_note: str = ""
) -> tuple[Dossier, str]:
    """Hand in what the citizen signed on paper, once.

    Raises NotConfirmable for what is to be handed in online, NotPrinted, OtherNumber, FeeUnknown.
    """
    with transaction.atomic():
        locked = _locked(draft)
        if locked.dossier:
            return locked.dossier, ""
        if locked.assistance.channel != Channel.COUNTER:
            raise NotConfirmable
        ready = drafts.completed(locked)
        if not is_printed(ready):
            raise NotPrinted
        if is_other_number(ready, identity_tail) and len(identity_note.strip()) < LEAST_NOTE:
            raise OtherNumber
        locked.assistance.identity_shown = identity_shown
        locked.assistance.identity_tail = identity_tail[-4:]
        locked.assistance.identity_note = identity_note[:255]
        return _hand_in(ready, Confirmation.SIGNATURE)


def go_to_counter(draft: Draft) -> None:
    """Hand in at the counter what was begun as online: its price and time are counted anew."""
    with transaction.atomic():
        Assistance.objects.filter(draft=draft, confirmation="").update(channel=Channel.COUNTER, asked_digest="")
        _record("assist_to_counter", draft, draft.assistance.officer, draft.assistance.agency)


def give_up(draft: Draft) -> None:
    """Forget it all, papers too: the citizen does not want it after all."""
    with transaction.atomic():
        assistance = draft.assistance
        _record("assist_give_up", draft, assistance.officer, assistance.agency)
        for paper in draft.attachments.select_for_update():
            drafts.forget_file(paper)
        assistance.delete()
        draft.delete()


def leave_to_citizen(draft: Draft) -> None:
    """The citizen goes on alone, on a device of their own; the officer sees it no more."""
    Assistance.objects.filter(draft=draft, dossier=None).delete()


def _locked(draft: Draft) -> Draft:
    Draft.objects.select_for_update().get(pk=draft.pk)
    # Read once the lock is there: what is joined to a row that waited is as old as the waiting.
    related = ("case__procedure", "dossier", "assistance__agency", "assistance__officer")
    return Draft.objects.select_related(*related).get(pk=draft.pk)


def _hand_in(ready: Complete, confirmation: Confirmation) -> tuple[Dossier, str]:
    assistance = ready.draft.assistance
    assistance.confirmation, assistance.confirmed_at = confirmation, timezone.now()
    dossier, pin = drafts.hand_in(ready)
    assistance.dossier = dossier
    assistance.save()
    audit.record(
        "assist_submit",
        f"dossier:{dossier.code}",
        actor=assistance.officer,
        agency=assistance.agency,
        confirmation=confirmation,
        **({"why_another_paper": assistance.identity_note} if assistance.identity_note else {}),
    )
    return dossier, pin


def _digest(ready: Complete) -> str:
    """Name what the citizen confirms: case, every answer, papers, the way it is handed in, the price of today."""
    draft, quoted = ready.draft, ready.quote
    papers = sorted(draft.attachments.values_list("pk", flat=True))
    said = [draft.case.slug, draft.answers, papers, draft.assistance.channel]
    price = [quoted.total, quoted.is_exempt, ready.postage]
    return hashlib.sha256(json.dumps([*said, *price], sort_keys=True).encode()).hexdigest()


def _record(action: str, draft: Draft, officer: User, agency: Agency, **detail: str) -> None:
    audit.record(action, f"draft:{draft.code}", actor=officer, agency=agency, **detail)


def _clean(phone: str) -> str:
    with suppress(ValidationError, ValueError):
        return identity.clean_phone(phone)
    return ""
