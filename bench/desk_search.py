"""The desk's box and its lists with a million dossiers of five years behind them (issue 5: < 300 ms p95)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from agencies.models import Agency, Level, Membership, Role, User

from .measuring import percentile
from .seeding import FOREVER, Field

DOSSIERS = 1_000_000
AGENCIES = 50
ASKED = 200
FAMILY = ("nguyen", "tran", "le", "pham", "hoang", "phan", "vu", "dang", "bui", "do")
MIDDLE = ("van", "thi", "duc", "ngoc", "minh", "thanh", "quang", "huu", "thu", "hong")
GIVEN = "an binh chi dung giang ha hoa hung lan linh long mai nam nga phuong quan son tam thao tuan uyen vinh xuan yen"

#: Families as frequent as in life (two in five are Nguyễn); one dossier in fifty is still open.
_DOSSIERS = """
WITH drawn AS MATERIALIZED (
    SELECT n, %(first)s + n %% %(agencies)s AS agency, random() AS family, random() AS middle, random() AS given,
           CASE WHEN n %% 50 = 0 THEN 1 + n / 50 %% 4 ELSE 10 END AS state,
           now() - (%(count)s - n) * interval '150 seconds' AS at
    FROM generate_series(1, %(count)s) n),
named AS (
    SELECT *, (%(families)s::text[])[1 + floor(greatest(family * 1.6 - 0.6, 0) * 10)] || ' '
              || (%(middles)s::text[])[1 + floor(middle * 10)] || ' '
              || (%(givens)s::text[])[1 + floor(given * 24)] AS name
    FROM drawn),
bills AS (
    INSERT INTO payments_bill (token, reference, agency_id, agency_name, payer_name, description, amount, state,
                               created_at, settled_at)
    SELECT 'desk' || n, 'H44.' || 100 + n %% %(agencies)s || '-' || to_char(at, 'YYMMDD') || '-' || n, agency, 'Xã',
           name, 'Phí', 50000, CASE state WHEN 10 THEN 'paid' ELSE 'open' END, at, at
    FROM named RETURNING id, token, reference),
lines AS (
    INSERT INTO payments_billline (bill_id, position, code, kind, description, amount, explanation, legal_basis,
                                   source, is_refundable, refund_note)
    SELECT id, 0, 'PHI', 'phi', 'Phí', 50000, '', '', '{}', true, '' FROM bills),
made AS (
    INSERT INTO dossiers_dossier (code, national_code, slip_token, pin_hash, pin_failures, agency_id, case_id, channel,
        state, owner_name, owner_search_key, owner_identity_number, owner_identity_key, owner_phone, owner_email,
        owner_address, applicant_kind, facts, answers, return_method, submission_key, submitted_at, due_at)
    SELECT reference, '', token, '!', 0, agency, %(case)s, 'online', state, name, name, '', '',
           '+849' || lpad((n::bigint * 7919 %% 100000000)::text, 8, '0'), '', '', 'individual', '{}', '[]', 'counter',
           token, at, at + interval '5 days'
    FROM named JOIN bills ON token = 'desk' || n RETURNING id, code)
INSERT INTO dossiers_dossierbill (dossier_id, bill_id)
SELECT made.id, bills.id FROM made JOIN bills ON bills.reference = made.code
"""


def run(field: Field) -> dict[str, float]:
    """Return p95 in ms of each way to find a dossier, page and all, for an officer of one agency in fifty."""
    settings.STAFF_MFA_REQUIRED = False
    settings.ALLOWED_HOSTS = ["*"]
    agencies = [
        Agency.objects.create(
            name=f"Xã {n}", code=f"D{n}", identifier=f"H44.{n}", level=Level.COMMUNE, valid_during=FOREVER
        )
        for n in range(100, 100 + AGENCIES)
    ]
    with connection.cursor() as cursor:
        fill(cursor, field, first=agencies[0].pk, agencies=AGENCIES, count=DOSSIERS)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT code, owner_phone, owner_name FROM dossiers_dossier "
            "WHERE agency_id = %s ORDER BY md5(code) LIMIT %s",
            [agencies[7].pk, ASKED],
        )
        samples = cursor.fetchall()
    officer = User.objects.create_user("bench")
    Membership.objects.create(user=officer, agency=agencies[7], role=Role.RECEPTION_OFFICER, valid_during=FOREVER)
    everywhere = User.objects.create_user("bench-province")
    Membership.objects.create(
        user=everywhere,
        agency=Agency.objects.create(name="Tỉnh", code="D1", level=Level.PROVINCE, valid_during=FOREVER),
        role=Role.PROVINCE_ADMIN,
        valid_during=FOREVER,
    )
    return {
        "desk_million_find_by_code_p95_ms": _p95(officer, lambda n: samples[n][0]),
        "desk_million_find_by_typed_code_p95_ms": _p95(officer, lambda n: samples[n][0].replace("-", "").lower()),
        "desk_million_find_by_phone_p95_ms": _p95(officer, lambda n: samples[n][1]),
        "desk_million_find_by_name_p95_ms": _p95(officer, lambda n: samples[n][2]),
        "desk_million_find_by_common_word_p95_ms": _p95(officer, lambda n: FAMILY[n % 3]),
        "desk_million_find_by_a_name_nobody_has_p95_ms": _p95(officer, lambda n: f"{FAMILY[n % 10]} xyz"),
        "desk_million_province_find_by_name_p95_ms": _p95(everywhere, lambda n: samples[n][2]),
        "desk_million_worklist_p95_ms": _p95(officer, lambda n: ""),
        "desk_million_ready_list_p95_ms": _p95(officer, lambda n: "", viec="san-sang"),
    }


def fill(cursor: Any, field: Field, **values: int) -> None:
    """Write `count` dossiers with their bills, evenly to `agencies` whose keys run on from `first`."""
    names = {"families": list(FAMILY), "middles": list(MIDDLE), "givens": GIVEN.split()}
    cursor.execute(_DOSSIERS, {**values, **names, "case": field.case.pk})


def _p95(who: User, text: Callable[[int], str], **more: str) -> float:
    client = Client()
    client.force_login(who)
    took = []
    for number in range(ASKED):
        began = time.perf_counter()
        typed = text(number)
        answer = client.post("/quay/", {"q": typed}, follow=True) if typed else client.get("/quay/", more)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"the desk answered {answer.status_code}")
    return percentile(took, 0.95)
