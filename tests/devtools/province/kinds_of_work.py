"""What officers do, done twice: by the product's verbs, and told as a story."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from agencies.models import Role
from devtools.province.stories import desk
from devtools.province.stories.tale import Tale
from dossiers.attachments.validation import Paper
from dossiers.fees import close_bills
from dossiers.handover import release
from dossiers.handover.receivers import Receiver
from dossiers.models import Dossier, NoticeKind
from dossiers.post import orders as post
from dossiers.processing import decisions, signing
from dossiers.states import DossierState as S

from .kinds import (
    NUMBER,
    Office,
    fresh,
    kind,
    played_begun,
    played_done,
    played_hand_over,
    played_payment,
    told_begun,
    told_done,
    told_payment,
)

PDF = Paper("x.pdf", b"%PDF-1.4", "application/pdf", ".pdf")


def _refused(dossier: Dossier, office: Office) -> None:
    played_payment(dossier)
    decisions.give_notice(fresh(dossier), NoticeKind.REFUSAL, actor=office.reception, reason="x")
    Dossier.objects.filter(pk=dossier.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    close_bills.end_due()


@kind(_refused)
def refused_and_paid_in_vain(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at)
    actor = tale.officer(Role.RECEPTION_OFFICER)
    desk.notice(tale, at + timedelta(hours=1), NoticeKind.REFUSAL, actor, "x")


def _withdrawn(dossier: Dossier, office: Office) -> None:
    decisions.go_on(fresh(dossier), S.WITHDRAWN, actor=None)
    Dossier.objects.filter(pk=dossier.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    close_bills.end_due()


@kind(_withdrawn)
def withdrawn_unpaid(tale: Tale, at: datetime) -> Any:
    desk.advance(tale, at + timedelta(hours=1), S.WITHDRAWN, None)


def _supplement(dossier: Dossier, office: Office) -> None:
    played_begun(dossier, office)
    decisions.give_notice(fresh(dossier), NoticeKind.SUPPLEMENT, actor=office.handler, reason="x", items="y")
    decisions.go_on(fresh(dossier), S.IN_PROCESS, actor=None, note="x")


@kind(_supplement)
def papers_were_asked_for(tale: Tale, at: datetime) -> Any:
    at = told_begun(tale, at)
    desk.notice(tale, at, NoticeKind.SUPPLEMENT, tale.officer(Role.HANDLING_OFFICER), "x", "y")
    desk.advance(tale, at + timedelta(days=1), S.IN_PROCESS, None, "x")


def _stopped(dossier: Dossier, office: Office) -> None:
    played_begun(dossier, office)
    decisions.give_notice(fresh(dossier), NoticeKind.STOP, actor=office.handler, reason="x")


@kind(_stopped)
def stopped(tale: Tale, at: datetime) -> Any:
    desk.notice(tale, told_begun(tale, at), NoticeKind.STOP, tale.officer(Role.HANDLING_OFFICER), "x")


def _extended(dossier: Dossier, office: Office) -> None:
    played_begun(dossier, office)
    until = max(fresh(dossier).due_at or timezone.now(), timezone.now()) + timedelta(days=9)
    decisions.extend(fresh(dossier), until, actor=office.signer, reason="x")


@kind(_extended)
def extended_with_an_apology(tale: Tale, at: datetime) -> Any:
    desk.extend(tale, told_begun(tale, at), 5, "x")


def _signed(dossier: Dossier, office: Office) -> None:
    played_begun(dossier, office)
    for answer in ("back", "sign"):
        asked = signing.submit(fresh(dossier), number=NUMBER, draft=PDF, to=office.signer, actor=office.handler)
        if answer == "back":
            signing.send_back(asked, actor=office.signer, reason="x")
        else:
            signing.sign(asked, actor=office.signer, number=NUMBER)


@kind(_signed)
def signed_at_the_second_time(tale: Tale, at: datetime) -> Any:
    at = told_begun(tale, at)
    first = desk.put_before_signer(tale, at, NUMBER)
    desk.send_back(tale, at + timedelta(minutes=5), first, "x")
    second = desk.put_before_signer(tale, at + timedelta(minutes=9), NUMBER)
    desk.sign(tale, at + timedelta(minutes=12), second)


def _awaits_money(dossier: Dossier, office: Office) -> None:
    played_begun(dossier, office)
    decisions.go_on(fresh(dossier), S.FINANCIAL_OBLIGATION, actor=office.handler)
    played_payment(dossier)


@kind(_awaits_money)
def its_clock_stood_until_it_was_paid(tale: Tale, at: datetime) -> Any:
    at = told_begun(tale, at)
    desk.advance(tale, at, S.FINANCIAL_OBLIGATION, tale.officer(Role.HANDLING_OFFICER))
    told_payment(tale, at + timedelta(minutes=5))


def _wrong_person(dossier: Dossier, office: Office) -> None:
    played_hand_over(dossier, office)
    release.take_back(fresh(dossier), actor=office.signer, reason="x")
    release.release(fresh(dossier), officer=office.reception, receiver=Receiver("x", "family"))


@kind(_wrong_person)
def given_to_the_wrong_person(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at)
    done = told_done(tale, at + timedelta(hours=1))
    given = desk.hand_over(tale, done)
    desk.take_back(tale, done + timedelta(hours=1), given, "x", actor=tale.officer(Role.SIGNER))
    desk.hand_over(tale, done + timedelta(hours=2))


def _by_post(dossier: Dossier, office: Office) -> None:
    played_payment(dossier)
    played_done(dossier, office)
    receiver = Receiver("Bưu điện", relation="post", tracking_number="E1VN")
    release.release(fresh(dossier), officer=office.reception, receiver=receiver)
    post.came_back(fresh(dossier), officer=office.reception, reason="x")


@kind(_by_post)
def came_back_by_post(tale: Tale, at: datetime) -> Any:
    told_payment(tale, at)
    done = told_done(tale, at + timedelta(hours=1))
    given = desk.hand_over(tale, done, by_post=True)
    actor = tale.officer(Role.RECEPTION_OFFICER)
    desk.take_back(tale, done + timedelta(days=1), given, "x", actor=actor, from_post=True)
