"""The accountants' list of payments with a million of them behind it: each key, the plain list, a page far down."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from agencies.models import Agency, Level, Membership, Role, User

from . import desk_search
from .measuring import percentile
from .seeding import FOREVER, Field

PAYMENTS = 1_000_000
AGENCIES = 50
ASKED = 40
LIST = "/doi-soat/lan-nop/"

#: Twenty bills in twenty-one ask for the same amount, the rest for one of many.
_AMOUNTS = "UPDATE payments_bill SET amount = 1000 * (20 + id %% 50000) WHERE id %% 21 = 0 AND token LIKE 'desk%%'"
_PAYMENTS = """
INSERT INTO payments_payment (token, bill_id, merchant_account_id, gateway, merchant_ref, gateway_ref, amount, state,
    is_applied, reserved_amount, request, redirect_url, qr_text, qr_details, created_at, expires_at, paid_at,
    failure_code, check_count)
SELECT 'pay' || id, id, %(account)s, 'vnptpay', 'MCSEARCH' || id, CASE state WHEN 'paid' THEN 'FT' || id ELSE '' END,
       amount, CASE state WHEN 'paid' THEN 'paid' ELSE 'expired' END, state = 'paid', 0, '{}', '', '', '{}', created_at,
       created_at, CASE state WHEN 'paid' THEN created_at END, '', 0
FROM payments_bill WHERE token LIKE 'desk%%' ORDER BY id
"""


def run(field: Field) -> dict[str, float]:
    """Return p95 in ms of each way to find a payment, page and all."""
    settings.STAFF_MFA_REQUIRED = False
    settings.ALLOWED_HOSTS = ["*"]
    agencies = [
        Agency.objects.create(
            name=f"Xã {n}", code=f"P{n}", identifier=f"H44.{n}", level=Level.COMMUNE, valid_during=FOREVER
        )
        for n in range(100, 100 + AGENCIES)
    ]
    with connection.cursor() as cursor:
        desk_search.fill(cursor, field, first=agencies[0].pk, agencies=AGENCIES, count=PAYMENTS)
        cursor.execute(_AMOUNTS, {})
        cursor.execute(_PAYMENTS, {"account": field.account.pk})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT bill.reference, dossier.owner_phone, dossier.owner_name, payment.gateway_ref, bill.amount,"
            " payment.id, to_char(payment.created_at, 'DD/MM/YYYY') FROM payments_payment payment"
            " JOIN payments_bill bill ON bill.id = payment.bill_id"
            " JOIN dossiers_dossier dossier ON dossier.code = bill.reference"
            " WHERE bill.agency_id = %s AND bill.amount <> 50000 AND payment.state = 'paid'"
            " ORDER BY md5(bill.token) LIMIT %s",
            [agencies[7].pk, ASKED],
        )
        samples = cursor.fetchall()
    one = _accountant("bench-one", agencies[7], Role.ACCOUNTANT)
    top = Agency.objects.create(name="Tỉnh", code="P1", level=Level.PROVINCE, valid_during=FOREVER)
    everywhere = _accountant("bench-all", top, Role.PROVINCE_ADMIN)
    ways: dict[str, Callable[[int], dict[str, Any]]] = {
        "code": lambda n: {"q": samples[n][0]},
        "phone": lambda n: {"q": samples[n][1]},
        "name": lambda n: {"q": samples[n][2]},
        "bank_reference": lambda n: {"q": samples[n][3]},
        "amount": lambda n: {"q": f"{samples[n][4]:,}".replace(",", ".")},
        "common_amount": lambda n: {"q": "50.000"},
        "day": lambda n: {"q": samples[n][6]},
        "nothing": lambda n: {},
        "state": lambda n: {"state": "expired"},
        "largest": lambda n: {"order": "largest"},
        "far_down": lambda n: {"after": samples[n][5]},
    }
    return {
        f"payments_million_{whose}_by_{way}_p95_ms": _p95(who, query)
        for whose, who in (("agency", one), ("province", everywhere))
        for way, query in ways.items()
    }


def _accountant(name: str, agency: Agency, role: Role) -> Client:
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, agency=agency, role=role, valid_during=FOREVER)
    client = Client()
    client.force_login(user)
    return client


def _p95(client: Client, query: Callable[[int], dict[str, Any]]) -> float:
    took = []

    for number in range(ASKED):
        parameters = query(number)
        began = time.perf_counter()
        answer = client.post(LIST, parameters, follow=True) if "q" in parameters else client.get(LIST, parameters)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"the list answered {answer.status_code} to {parameters}")
    return percentile(took, 0.95)
