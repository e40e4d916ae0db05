"""Drafts: ownership, next step, submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from agencies.audit import record as audit
from agencies.models import Citizen
from core import browser_rights
from dossiers.errors import NotConfirmable
from dossiers.models import Assistance, Attachment, Channel, Dossier, Draft, PaperState
from dossiers.post import orders as postal_orders
from procedures.fees import Quote
from procedures.models import DocumentRequirement, ProcedureCase

from .forms import SIGNED_IN, AddressForm, ForWhom, MatterForm, PapersForm, PersonForm, asked_of
from .step_form import StepForm
from .submit import Application, price, submit

SESSION_DRAFTS = "drafts"
#: Drafts a browser remembers.
MOST_REMEMBERED = 20


def remember(request: HttpRequest, draft: Draft) -> None:
    """Let this browser go on with a draft."""
    browser_rights.gain(request, SESSION_DRAFTS, draft.code, most=MOST_REMEMBERED)


def mine(request: HttpRequest, code: str) -> Draft | None:
    """Return a draft this browser may go on with: begun here, or opened by its code and a one-time code.

    One that an officer fills in for a citizen belongs to that officer, today, and to nobody's browser.
    """
    related = ("case__procedure", "dossier", "assistance__officer", "assistance__agency")
    draft = Draft.objects.select_related(*related).filter(code=code, expires_at__gt=Now()).first()
    if draft and (assistance := assistance_of(draft)):
        return draft if assistance.is_open_to(request.user) else None
    return draft if code in browser_rights.held(request, SESSION_DRAFTS) else None


def signed_in_at(draft: Draft) -> str:
    """Return the căn cước number of who fills it in, signed in by VNeID; "" of who is not."""
    return "".join(draft.answers.get(SIGNED_IN, {}).get("number", ()))


def keep_who_signed_in(draft: Draft, citizen: Citizen | None) -> None:
    """Keep who fills it in, so that a step is checked alike whenever it is looked at."""
    if citizen and citizen.identity_number and citizen.identity_number != signed_in_at(draft):
        draft.answer(SIGNED_IN, {"number": [citizen.identity_number]})


def assistance_of(draft: Draft) -> Assistance | None:
    """Return who helps the citizen with a draft, if somebody does."""
    return getattr(draft, "assistance", None)


def form_of(draft: Draft, step: type[StepForm]) -> StepForm:
    """Return a step's form, bound to what was typed; unbound when nothing was."""
    typed = draft.answers.get(step.slug)
    if typed is not None:
        return bound(draft, step, MultiValueDict(typed))
    assistance = assistance_of(draft)
    here = {"agency": assistance.agency_id} if assistance else {}
    initial = {**here, **step.suggested(draft.answers)}
    return step(draft.case, initial=initial, is_assisted=assistance is not None, signed_in=signed_in_at(draft))


def bound(draft: Draft, step: type[StepForm], sent: MultiValueDict[str, str]) -> StepForm:
    """Return a step's form with what was sent."""
    return step(draft.case, sent, is_assisted=assistance_of(draft) is not None, signed_in=signed_in_at(draft))


def change_case(draft: Draft, step: StepForm, slug: str) -> bool:
    """Go on with the case that the answers of a step lead to; False where they lead to no such case."""
    right = step.right_cases if slug and not step.is_valid() else ()
    case = next((offer.case for offer in right if offer.case.slug == slug), None)
    if case is None:
        return False
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk, dossier=None).update(case=case)
        if assistance := assistance_of(draft):
            subject = f"draft:{draft.code}"
            audit.record("assist_case", subject, actor=assistance.officer, agency=assistance.agency, case=case.slug)
    draft.case = case
    return True


def typed_in(step: StepForm, sent: QueryDict) -> dict[str, list[str]]:
    """Return of a sent form what belongs to the step."""
    return {name: sent.getlist(name) for name in step.fields if name in sent}


def calculated(case: ProcedureCase, parameters: QueryDict) -> dict[str, list[str]]:
    """Return what was entered in the calculator on the procedure's page, under the field names of the step."""
    answers = parameters.copy()
    answers.setlist("groups", answers.pop("group", []))
    form = MatterForm(case, answers)
    counted = {name: texts for name, texts in form.counts.typed.items() if name in parameters}
    return {name: values for name, values in {**typed_in(form, answers), **counted}.items() if all(values)}


@dataclass(frozen=True, slots=True)
class AskedPaper:
    """A paper the procedure asks for, and what was sent for it."""

    requirement: DocumentRequirement
    sent: list[Attachment]

    @property
    def is_missing(self) -> bool:
        """Nothing was sent that is of use."""
        return all(paper.state == PaperState.REFUSED for paper in self.sent)


def asked_papers(draft: Draft) -> list[AskedPaper]:
    """Return the papers the procedure asks for, in its order, with what was sent."""
    sent = list(draft.attachments.all())
    return [
        AskedPaper(requirement, [paper for paper in sent if paper.requirement == requirement.name])
        for requirement in draft.case.procedure.documents.all()
    ]


def missing_papers(draft: Draft) -> list[str]:
    """Return the names of required papers that have not been sent, or are of no use."""
    return [
        paper.requirement.name for paper in asked_papers(draft) if paper.requirement.is_required and paper.is_missing
    ]


@dataclass(frozen=True)
class Complete:
    """A draft whose steps are all filled in: each form built once, what it says, and what that costs today."""

    draft: Draft
    forms: Mapping[type[StepForm], StepForm]

    @cached_property
    def application(self) -> Application:
        """What the forms say together."""
        matter = cast(MatterForm, self.forms[MatterForm])
        person: dict[str, Any] = dict(self.forms[PersonForm].cleaned_data)
        whose = person.pop("for_whom", ForWhom.SELF)
        data = matter.cleaned_data
        to, assistance = self.forms.get(AddressForm), assistance_of(self.draft)
        return Application(
            case=self.draft.case,
            agency=data["agency"],
            **person,
            is_for_another=whose == ForWhom.OTHER,
            channel=assistance.channel if assistance else Channel.ONLINE,
            quantities=matter.counts.quantities,
            groups=frozenset(data.get("groups", ())),
            applicant_kind=data.get("applicant", "individual"),
            area=data.get("area", ""),
            is_late=data.get("timing") == "late",
            return_method=self.forms[PapersForm].cleaned_data["return_method"],
            post_to=to.address() if isinstance(to, AddressForm) else None,
            submission_key=self.draft.submission_key,
            answers=matter.answers(),
        )

    @cached_property
    def quote(self) -> Quote:
        """The fee today. Raises FeeUnknown."""
        return price(self.application)

    @cached_property
    def postage(self) -> int:
        """What the post takes beside the fee, whole đồng."""
        to = self.application.post_to
        return postal_orders.postage_to(to.province, timezone.localdate()) if to else 0


def complete(draft: Draft) -> Complete | type[StepForm]:
    """Return a draft that can be handed in, or the first step that is not filled in as it must be."""
    filled = _filled_in(draft)
    return PapersForm if isinstance(filled, Complete) and missing_papers(draft) else filled


def completed(draft: Draft) -> Complete:
    """Return a draft that was complete when somebody looked. Raises ValueError when a step is not filled in."""
    filled = _filled_in(draft)
    if isinstance(filled, Complete):
        return filled
    raise ValueError("a step of the draft is not filled in")


def first_open_step(draft: Draft) -> type[StepForm] | None:
    """Return the first step that is not filled in as it must be; None when all are."""
    step = complete(draft)
    return None if isinstance(step, Complete) else step


def _filled_in(draft: Draft) -> Complete | type[StepForm]:
    forms: dict[type[StepForm], StepForm] = {}
    for step in asked_of(draft.answers):
        forms[step] = form_of(draft, step)
        if not forms[step].is_valid():
            return step
    return Complete(draft, forms)


def hand_in(ready: Complete, citizen: Citizen | None = None) -> tuple[Dossier, str]:
    """Submit a complete draft once, at the price it was shown with; see `submit.submit`. `citizen` is who is signed in.

    Raises FeeUnknown, NotConfirmable for what an officer filled in and nobody confirmed.
    """
    assistance = assistance_of(ready.draft)
    if assistance and not assistance.confirmation:
        raise NotConfirmable
    return submit(ready.application, ready.draft, quoted=ready.quote, by=citizen.user if citizen else None)


def forget_expired() -> int:
    """Delete drafts nobody touched for thirty days, and the files of their papers; return how many."""
    with transaction.atomic():
        expired = Draft.objects.filter(expires_at__lte=Now())
        # Locked, so that a running scan (`attachments.scan`) leaves no orphaned file behind.
        for paper in Attachment.objects.filter(draft__in=expired, dossier=None).select_for_update():
            forget_file(paper)
        Assistance.objects.filter(draft__in=expired, dossier=None).delete()
        return expired.delete()[1].get("dossiers.Draft", 0)


def forget_file(paper: Attachment) -> None:
    """Delete a paper's file when its row's deletion is sure. The caller holds the row's lock."""
    if name := paper.file.name:
        transaction.on_commit(lambda: paper.file.storage.delete(name))
