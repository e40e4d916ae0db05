"""A dossier in each of its states, and what its owner does there."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from agencies.audit import record as audit
from dossiers.models import Dossier, NoticeKind, PostageRate
from dossiers.post import orders as postal_orders
from dossiers.processing import decisions
from dossiers.processing.decisions import give_notice
from dossiers.states import DossierState as S
from payments.callbacks import inbox
from tests.support import factories
from tests.support.citizens import BINH, citizen, owned
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.signing_in import BACKEND
from tests.support.submitting import picture

from .table import STATES, Maker, opened, page_of, paid, state


def dossier_in(stage: S) -> Maker:
    """The page of a dossier that stands there."""
    return lambda browser: opened(browser, factories.dossier(state=stage))


STATES |= {f"dossier {stage.name.lower().replace('_', ' ')}": dossier_in(stage) for stage in S}


@state("dossier without a fee")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(amount=0))


@state("dossier paid, finished, late and looked at")
def _(browser: Client) -> str:
    made = factories.dossier(state=S.FINISHED)
    made.received_at, made.due_at = timezone.now() - timedelta(days=9), timezone.now() - timedelta(days=2)
    made.save()
    paid(factories.payment(of=made.bills.get()))
    audit.record("view", f"dossier:{made.code}", actor=factories.officer(made.agency), agency=made.agency)
    return opened(browser, made)


@state("dossier refused with a reason")
def _(browser: Client) -> str:
    made = factories.dossier()
    give_notice(made, NoticeKind.REFUSAL, actor=factories.officer(made.agency), reason="Không thuộc thẩm quyền")
    return opened(browser, made)


def withdrawn(browser: Client, *, is_paid: bool) -> Dossier:
    """A dossier that was withdrawn a moment ago: its bill is not closed yet."""
    made = factories.dossier()
    if is_paid:
        paid(factories.payment(of=made.bills.get()))
        made.refresh_from_db()
    decisions.go_on(made, S.WITHDRAWN, actor=None)
    return made


@state("dossier paid and withdrawn")
def _(browser: Client) -> str:
    return opened(browser, withdrawn(browser, is_paid=True))


@state("bill of a dossier paid and withdrawn")
def _(browser: Client) -> str:
    return page_of(withdrawn(browser, is_paid=True).bills.get())


@state("bill of a dossier withdrawn unpaid")
def _(browser: Client) -> str:
    return page_of(withdrawn(browser, is_paid=False).bills.get())


@state("withdrawing after a part came")
def _(browser: Client) -> str:
    made = factories.dossier()
    post(notify_bill(factories.payment(of=made.bills.get(), gateway="vietinbank"), 4_000), "vietinbank")
    inbox.drain_all()
    return opened(browser, made, "rut/")


@state("papers asked for")
def _(browser: Client) -> str:
    made = factories.dossier()
    officer = factories.officer(made.agency)
    give_notice(made, NoticeKind.SUPPLEMENT, actor=officer, reason="Ảnh bị mờ", items="Giấy chứng sinh")
    address = opened(browser, made, "bo-sung/")
    browser.post(f"{address}them/", {"files": [picture()]})
    return address


@state("withdraw")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(), "rut/")


@state("my data")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(), "du-lieu/")


@state("erase my data")
def _(browser: Client) -> str:
    return opened(browser, factories.dossier(state=S.RETURNED), "xoa-du-lieu/")


@state("by post")
def _(browser: Client) -> str:
    PostageRate.objects.create(zone="province", amount=30_000, valid_during=factories.FOREVER, source="x")
    return opened(browser, factories.dossier(), "buu-dien/")


STATES["!by post"] = STATES["by post"]


@state("no longer by post")
def _(browser: Client) -> str:
    dossier = factories.dossier()
    to = postal_orders.Address("Nguyễn Thị Bình", "+84912345678", "Thôn 2", "Xã Hy Cương", "Phú Thọ")
    postal_orders.choose(dossier, to)
    return opened(browser, dossier, "buu-dien/thoi/")


@state("mine, nothing yet")
def _(browser: Client) -> str:
    browser.force_login(citizen("025085000101"), backend=BACKEND)
    return "/ho-so-cua-toi/"


@state("mine, owing and paid")
def _(browser: Client) -> str:
    paid(factories.payment(of=owned(BINH).bills.get()))
    owned(BINH)
    browser.force_login(citizen(BINH), backend=BACKEND)
    return "/ho-so-cua-toi/"


@state("signing out")
def _(browser: Client) -> str:
    browser.force_login(citizen("025085000102"), backend=BACKEND)
    return "/tai-khoan/logout/"
