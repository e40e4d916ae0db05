"""Pages without a dossier yet: finding a procedure, asking, handing in."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from dossiers.models import Attachment
from payments.models import Outage
from procedures.models import Procedure
from tests.support import factories
from tests.support.submitting import asking, begun, filled

from .table import STATES, at, paid, state

STATES |= {
    "start": at("/"),
    "procedures, none": at("/thu-tuc/"),
    "nothing found": at("/thu-tuc/?q=xyzzy+bang+laii"),
    "filtered": at("/thu-tuc/?danh-cho=cong-dan&q=chung+thuc"),
    "guide": at("/huong-dan/"),
    "glossary": at("/huong-dan/tu-dung/"),
    "counters": at("/huong-dan/quay/"),
    "no counter": at("/huong-dan/quay/?q=xyzzy"),
    "figures without money": at("/thong-ke/"),
    "style page": at("/thiet-ke/"),
    "messages": at("/tin-nhan/"),
    "verify": at("/xac-minh/"),
    "a receipt nobody issued": at("/xac-minh/BP-26T-9999999/"),
    "look up": at("/tra-cuu/"),
    "!look up": at("/tra-cuu/"),
    "a code sent": at("/tra-cuu/gui-ma/"),
    "!a code sent": at("/tra-cuu/gui-ma/"),
    "go on": at("/nop-ho-so/dien-tiep/"),
    "!go on": at("/nop-ho-so/dien-tiep/"),
    "no dossiers together": at("/nop-nhieu-ho-so/"),
    "!no dossiers together": at("/nop-nhieu-ho-so/"),
    "mine, nobody": at("/ho-so-cua-toi/"),
    "VNeID failed": at("/tai-khoan/3rdparty/login/error/"),
    "VNeID declined": at("/tai-khoan/3rdparty/login/cancelled/"),
}


@state("procedures")
def _(browser: Client) -> str:
    for _number in range(3):
        asking(factories.agency())
    return "/thu-tuc/"


@state("a counter")
def _(browser: Client) -> str:
    return f"/huong-dan/quay/{factories.agency().pk}/"


@state("a poster")
def _(browser: Client) -> str:
    return f"/huong-dan/quay/{factories.agency().pk}/ap-phich/"


@state("figures")
def _(browser: Client) -> str:
    paid(factories.payment(of=factories.dossier().bills.get()))
    return "/thong-ke/"


@state("maintenance ahead, under way and over")
def _(browser: Client) -> str:
    now, of = timezone.now(), factories.agency()
    for gateway, begins, ends in (("vnptpay", 1, 3), ("momo", -1, 1), ("vnpay", -5, -4)):
        Outage.objects.create(
            merchant_account=factories.merchant(of, gateway),
            is_planned=True,
            began_at=now + timedelta(hours=begins),
            ended_at=now + timedelta(hours=ends),
            reason="Nâng cấp máy chủ",
        )
    return "/tinh-trang/"


@state("a procedure")
def _(browser: Client) -> str:
    return f"/thu-tuc/{asking(factories.agency()).procedure.code}/"


@state("a procedure without price or place")
def _(browser: Client) -> str:
    factories.case()
    return f"/thu-tuc/{Procedure.objects.latest('pk').code}/"


@state("handing in: who")
def _(browser: Client) -> str:
    return f"/nop-ho-so/{asking(factories.agency()).slug}/"


STATES["!handing in: who"] = STATES["handing in: who"]


@state("handing in: what about")
def _(browser: Client) -> str:
    return f"/ho-so-nhap/{begun(browser, asking(factories.agency())).code}/noi-dung/"


STATES["!handing in: what about"] = STATES["handing in: what about"]


@state("handing in: papers, one refused")
def _(browser: Client) -> str:
    of = factories.agency()
    draft = filled(browser, asking(of), of)
    Attachment.objects.create(
        draft=draft, requirement="Giấy chứng sinh", name="x.exe", size=5, state="refused", refusal="type"
    )
    return f"/ho-so-nhap/{draft.code}/giay-to/"


@state("handing in: papers, none")
def _(browser: Client) -> str:
    of = factories.agency()
    draft = filled(browser, asking(of), of)
    draft.attachments.all().delete()
    return f"/ho-so-nhap/{draft.code}/giay-to/"


STATES["!handing in: papers, none"] = STATES["handing in: papers, none"]


@state("handing in: read again")
def _(browser: Client) -> str:
    of = factories.agency()
    return f"/ho-so-nhap/{filled(browser, asking(of), of).code}/xem-lai/"


@state("handed in just now")
def _(browser: Client) -> str:
    of = factories.agency()
    answer = browser.post(f"/ho-so-nhap/{filled(browser, asking(of), of).code}/xem-lai/")
    return answer.headers["Location"]
