"""Which rows of the lived-in province the pages are asked about: the longest stories of the demo's own office."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Count
from django.urls import get_resolver, reverse
from django.utils import timezone

from agencies.models import Agency, Membership, Reform, Role
from devtools.demo import API_CLIENT
from dossiers.desk.customer_display import qr_views
from dossiers.models import Dossier, Draft, ReturnMethod, SigningRequest
from dossiers.states import DossierState
from payments.models import (
    Bill,
    Discrepancy,
    MerchantAccount,
    Payment,
    Receipt,
    Refund,
    Statement,
    TestPayment,
    WebhookEndpoint,
)
from tests.support.matrix import addresses, table

#: The office of the demo's accounts.
OFFICE = Agency.objects.filter(memberships__role=Role.RECEPTION_OFFICER, memberships__user__username="tiepnhan.viettri")
#: Addresses that cannot be made of their names; and questions that cost more than the first page.
ASKED = {
    "report-dossiers": "/bao-cao/ho-so/?so=da-nop",
    "report-dossiers-file": "/bao-cao/ho-so.csv?so=da-nop",
    "vietinbank-notify": "",
    "gateway-notify": "",
}
MORE = {
    "desk": ("?viec=san-sang", "?viec=cho-tien"),
    "report": ("?tu=2025-12-01&den=2026-11-30", "?tu=2025-12-01&den=2026-11-30&gop=1"),
    "report-file": ("?tu=2025-12-01&den=2026-11-30",),
    "report-dossiers": ("&tu=2025-12-01&den=2026-11-30",),
    "procedures": ("?q=chung+thuc+ban+sao",),
    "accounting-payments": ("?q=Nguyễn", "?trang-thai=paid", "?q=10000"),
    "accounting-cases": ("?trang-thai=closed",),
    "counters": ("?q=viet+tri",),
}


def richest_dossier() -> Dossier:
    """The office's dossier with most lines in its timeline, among those with a payment."""
    of_the_office = Dossier.objects.filter(agency__in=OFFICE, bills__payments__isnull=False)
    return of_the_office.annotate(lines=Count("events", distinct=True)).order_by("-lines", "-pk")[0]


def other_dossiers() -> dict[str, Dossier]:
    """By address: dossiers in the state that the page is for."""
    office = Dossier.objects.filter(agency__in=OFFICE).order_by("-pk")
    wanted = {
        "dossier-supplement": office.filter(state=DossierState.SUPPLEMENT),
        "dossier-withdraw": office.filter(state=DossierState.SUBMITTED),
        "dossier-not-by-post": office.filter(state=DossierState.SUBMITTED, return_method=ReturnMethod.POST),
        "dossier-by-post": office.filter(state=DossierState.SUBMITTED, return_method=ReturnMethod.COUNTER),
        "desk-work": office.filter(state=DossierState.IN_PROCESS),
    }
    return {name: found[0] for name, found in wanted.items() if found}


def rows() -> dict[str, dict[str, Any]]:
    """Arguments of addresses, by the matrix' names of objects; what the year has none of is missing."""
    office = OFFICE.get()
    bills = Bill.objects.filter(agency=office)
    dossier = richest_dossier()
    paid = Payment.objects.filter(bill__agency=office, state="paid").order_by("-pk")
    payment = paid[0]
    case = Discrepancy.objects.filter(agency=office, payment__isnull=False).order_by("-pk").first()
    transfer = Payment.objects.filter(gateway="vietinbank").filter(state="sent", expires_at__gt=timezone.now()).first()
    receipt = Receipt.objects.select_related("series").filter(bill__agency=office).order_by("-pk")[0]
    statement = Statement.objects.annotate(count=Count("rows")).order_by("-count")[0]
    draft = Draft.objects.filter(dossier=None, assistance=None).order_by("-pk").first()
    signing = SigningRequest.objects.filter(dossier__agency=office).order_by("-pk").first()
    refund = Refund.objects.filter(payment__bill__agency=office).order_by("-pk").first()
    of_api = Bill.objects.filter(client__name=API_CLIENT).order_by("-pk").first()
    test, reform = TestPayment.objects.first(), Reform.objects.first()
    endpoint = WebhookEndpoint.objects.filter(client__name=API_CLIENT).first()
    known: dict[str, dict[str, Any] | None] = {
        "": {},
        "dossier": {"code": dossier.code},
        "slip": {"token": dossier.slip_token},
        "case": {"case": dossier.case.slug},
        "procedure": {"code": dossier.case.procedure.code},
        "office": {"number": office.pk},
        "gateway": {"gateway": "vnptpay"},
        "bill": {"token": payment.bill.token},
        "staff bill": {"number": payment.bill_id},
        "payment": {"pk": payment.pk},
        "receipt": {"token": receipt.token},
        "receipt number": {"number": receipt.full_number},
        "statement": {"pk": statement.pk},
        "day": {"account": statement.merchant_account_id, "day": statement.last_day},
        "contract": {"account": MerchantAccount.objects.filter(gateway="vnptpay")[0].pk},
        "window code": {"ticket": qr_views.address_of(bills[0]).rstrip("/").rsplit("/", 1)[-1]},
        "accounting export": {"listing": "lan-nop", "form": "csv"},
        "accounting list": {"listing": "lan-nop"},
        "app": {"app_label": "payments"},
        "key": {"key": "a-b"},
        "reset key": {"uidb36": "1", "key": "x-y"},
        "nobody's key": {"pk": 0},
        "user password": {"id": Membership.objects.filter(agency=office)[0].user_id},
        "transfer": transfer and {"token": transfer.bill.token},
        "draft": draft and {"code": draft.code},
        "draft step": draft and {"code": draft.code, "step": "noi-dung"},
        "draft to sign": signing and {"code": signing.dossier.code, "number": signing.pk},
        "discrepancy": case and {"pk": case.pk},
        "refund": refund and {"pk": refund.pk},
        "api bill": of_api and {"bill_id": of_api.pk},
        "api endpoint": endpoint and {"endpoint_id": endpoint.pk},
        "test_payment": test and {"pk": test.pk},
        "reform": reform and {"number": reform.pk},
    }
    return {name: arguments for name, arguments in known.items() if arguments is not None}


def _of_a_table(name: str) -> dict[str, Any] | None:
    """The newest row of a table of the administration, of the office where the table has offices."""
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError):
        return None
    row = model._default_manager.order_by("-pk").first()
    return None if row is None else {"object_id": row.pk}


def paths() -> list[tuple[dict[str, str], str]]:
    """Return each line of the matrix that somebody may GET, with addresses to ask; "" when the year has no such row."""
    known, patterns, others = rows(), dict(addresses(get_resolver())), other_dossiers()
    asked = []
    for line in table():
        name, kind = line["url"], line["object"]
        if line["method"] != "GET":
            continue
        if name in ASKED:
            path = ASKED[name]
        elif name in others:
            path = reverse(name, kwargs={"code": others[name].code}) + ("?viec=giao" if name == "desk-work" else "")
        else:
            arguments = known.get(kind) if kind in known else _of_a_table(kind)
            path = "" if arguments is None else reverse(name, kwargs=arguments | dict(patterns[name].default_args))
        asked.append((line, path))
        asked += [(line, path + question) for question in MORE.get(name, ()) if path]
    return asked
