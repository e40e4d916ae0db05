"""What the banks' files said is what their books hold, but for the faults that were planted, each with its case."""

from __future__ import annotations

import json
import re
import sqlite3
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from agencies.models import Role, User
from devtools import demo
from devtools.demo import PHU_THO, VIET_TRI
from gateways import registry
from gateways.base import Capability, MerchantConfig, OutcomeState, RefundOrder, SentOrder
from payments.models import (
    ClosedDay,
    Discrepancy,
    MerchantAccount,
    Payment,
    Reallocation,
    Refund,
    Statement,
    StatementRow,
)
from payments.states import RefundState
from tests.support import running
from tests.support.factories import CONTRACTS

pytestmark = [pytest.mark.xdist_group("province"), pytest.mark.usefixtures("province"), pytest.mark.django_db]


def _booked(books: Path) -> dict[tuple[str, str], tuple[int, str]]:
    with sqlite3.connect(books) as database:
        rows = database.execute("SELECT gateway, bank_ref, amount, ref FROM transactions WHERE state = 'paid'")
        return {(gateway, bank_ref): (amount, ref) for gateway, bank_ref, amount, ref in rows}


def test_statements_say_what_the_banks_booked(books: Path) -> None:
    booked = _booked(books)
    told: dict[tuple[str, str], StatementRow] = {}
    for row in StatementRow.objects.filter(merchant_account__agency__code="H44").select_related("merchant_account"):
        told[row.merchant_account.gateway, row.gateway_ref] = row
    assert len(told) > 500
    assert told.keys() <= booked.keys()
    differing = {key for key, row in told.items() if (row.amount, row.merchant_ref) != booked[key]}
    planted = {key for key, row in told.items() if row.discrepancy and row.discrepancy.kind == "amount_differs"}
    assert differing == planted
    forgotten = Discrepancy.objects.filter(kind="not_in_statement", payment__merchant_account__agency__code="H44")
    missing = {(case.note.split(":")[0], case.note.split(":")[2]) for case in forgotten}
    read_until = max(Statement.objects.values_list("uploaded_at", flat=True))
    today = timezone.localdate(read_until)
    unread = {key for key in booked.keys() - told.keys() if key not in missing}
    assert missing.isdisjoint(told)
    assert all(day >= today for day in _days(books, unread)), "only what came after the last file is not in one"


def _days(books: Path, keys: set[tuple[str, str]]) -> list[date]:
    with sqlite3.connect(books) as database:
        rows = database.execute("SELECT gateway, bank_ref, paid_at FROM transactions WHERE state = 'paid'").fetchall()
    zone = timezone.get_default_timezone()
    return [datetime.fromtimestamp(paid, tz=zone).date() for gateway, ref, paid in rows if (gateway, ref) in keys]


@pytest.mark.parametrize(("code", "least"), [(VIET_TRI, 6), (PHU_THO, 1)])
def test_the_accountants_of_a_commune_have_statements_and_days_of_their_own(code: str, least: int) -> None:
    own = MerchantAccount.objects.exclude(gateway__in=("counter", "moved")).get(agency__code=code)
    ended = timezone.localdate() - own.valid_during.upper
    assert ended <= timedelta(days=1), "new payments go by the province's contract"
    statements = Statement.objects.filter(merchant_account=own)
    assert statements.filter(state="done").count() >= least
    accountants = User.objects.filter(memberships__agency=own.agency, memberships__role=Role.ACCOUNTANT)
    assert set(statements.values_list("uploaded_by", flat=True)) <= set(accountants.values_list("pk", flat=True))
    may_sign_in = {person[1] for person in demo.PEOPLE.values()}
    assert set(accountants.values_list("username", flat=True)) <= may_sign_in
    closed = set(ClosedDay.objects.filter(merchant_account=own).values_list("day", flat=True))
    moved = set(StatementRow.objects.filter(merchant_account=own).values_list("value_date", flat=True))
    assert closed <= moved
    assert all(day < timezone.localdate() - timedelta(days=1) for day in closed), "the last days are open"
    assert closed
    assert not own.payments.exclude(next_check_at=None).exists(), "nobody at that bank would answer"


@pytest.mark.parametrize("code", [VIET_TRI, PHU_THO])
def test_work_waits_for_the_accountants_of_a_commune(code: str) -> None:
    accountants = User.objects.filter(memberships__agency__code=code, memberships__role=Role.ACCOUNTANT)
    proposed = Refund.objects.filter(agency__code=code, state=RefundState.PROPOSED, maker__isnull=False)
    assert set(proposed.values_list("maker", flat=True)) == set(accountants.values_list("pk", flat=True))
    assert Refund.objects.filter(agency__code=code, state=RefundState.AWAITING_TRANSFER).exists()
    assert Reallocation.objects.filter(discrepancy__agency__code=code, state="proposed").exists()
    cases = Discrepancy.objects.filter(agency__code=code, closed_at=None)
    assert set(cases.values_list("kind", flat=True)) >= {"surplus", "short", "over", "charged_claim"}
    last = Statement.objects.get(merchant_account__agency__code=code, state="proposed")
    assert last.rows.exists() and last.uploaded_by in accountants and last.file.read()
    counted = Statement.objects.filter(merchant_account__agency__code=code, state="done")
    assert not counted.filter(confirmed_by=F("uploaded_by")).exists()


def test_the_banks_know_the_year_when_they_are_asked(books: Path) -> None:
    """An officer asks about a payment of the year, and gives one back: the bank's books have what it needs for both."""
    with running.sandbox(books.parent) as url:
        for gateway in ("vnptpay", "payplatform", "vnpay", "momo", "vietinbank_direct"):
            contract = json.loads(re.sub(r"http://127\.0\.0\.1:[0-9]+", url, json.dumps(CONTRACTS[gateway])))
            adapter: Any = registry.get(gateway)(MerchantConfig(contract["settings"], contract["secrets"]))
            found = Payment.objects.filter(gateway=gateway, refunds=None, is_applied=True).latest("pk")
            known = {"request": found.request, "gateway_ref": found.gateway_ref, "created_at": found.created_at}
            order = SentOrder(found.merchant_ref, found.amount, **known)
            assert adapter.query(order).state == OutcomeState.PAID, gateway
            if Capability.REFUND in adapter.capabilities:
                wish = RefundOrder(uuid.uuid4().hex, 1000, "x", created_at=timezone.now(), requested_by="x")
                assert adapter.refund(order, wish).state == OutcomeState.PAID, gateway
