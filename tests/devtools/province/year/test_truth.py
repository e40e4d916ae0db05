"""The loaded year holds what the product promises of its own rows: money, receipts, dates, states, prices."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from agencies.audit import chain
from agencies.models import AuditLink
from core.values import identity
from core.values.text import fold
from devtools.province.writer.table import Table, UnknownColumns
from devtools.province.writer.tables import tables
from dossiers.fees import assessment
from dossiers.models import (
    Attachment,
    ClockPause,
    Dossier,
    DossierCounter,
    DossierEvent,
    Draft,
    HandOver,
    Message,
    PostalOrder,
    Rating,
)
from dossiers.processing import deadlines
from dossiers.states import DOSSIER_EDGES, PUT_BACK_EDGES, UNDO_EDGES, DossierState
from dossiers.submission.drafts import form_of
from dossiers.submission.forms import STEPS
from payments.callbacks import rejected
from payments.models import (
    Bill,
    CashShift,
    Discrepancy,
    LedgerEvent,
    Notification,
    Outage,
    Payment,
    Reallocation,
    Receipt,
    Refund,
    RejectedNotification,
    TestPayment,
)
from payments.models.notifications import NotificationState, RejectionReason
from payments.settlement.ledger_check import check
from payments.states import BillState, PaymentState, RefundState
from payments.webhooks import dispatch
from procedures import conditions
from procedures.calendar.days import calendar_from
from procedures.models import CollectWhen, FeeSchedule, ProcedureCase, Question

from .conftest import COUNT

pytestmark = [pytest.mark.xdist_group("province"), pytest.mark.usefixtures("province"), pytest.mark.django_db]


def test_every_dossier_was_written_and_the_counters_stand_where_the_product_goes_on() -> None:
    assert COUNT * 0.985 <= Dossier.objects.count() <= COUNT
    by_day = Dossier.objects.values("agency__identifier", "submitted_at__date").annotate(count=Count("id"))
    counted = {(row["agency__identifier"], row["submitted_at__date"]): row["count"] for row in by_day}
    assert counted == {(c.identifier, c.day): c.last_number for c in DossierCounter.objects.all()}
    for table in tables().values():
        if table.model is AuditLink:  # its places are counted, not given
            continue
        name = table.model._meta.db_table
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) + 1, nextval('{name}_id_seq') FROM {name}")  # noqa: S608
            last, following = cursor.fetchone()
        assert last == following, name


def test_the_ledger_and_the_audit_hold() -> None:
    assert check() == []
    assert LedgerEvent.objects.count() > 4 * COUNT
    assert chain.first_fault() is None


def test_receipts_are_numbered_without_gaps_in_the_order_of_their_time() -> None:
    books: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for series, number, at in Receipt.objects.order_by("id").values_list("series", "number", "issued_at"):
        books[series].append((number, at))
    assert len(books) > 100
    for rows in books.values():
        assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
        assert all(earlier[1] <= later[1] for earlier, later in pairwise(rows))


def test_the_money_in_each_drawer_is_what_was_taken_in_cash() -> None:
    rows = CashShift.objects.exclude(closed_at=None).annotate(
        cash=Sum("payments__payment__amount", filter=models.Q(payments__tender="cash"), default=0)
    )
    shifts = list(rows)
    assert len(shifts) > 100
    assert all(shift.expected_amount == shift.opening_amount + shift.cash for shift in shifts)
    assert any(shift.difference for shift in shifts)


def test_bills_are_what_the_engine_quotes_for_the_day_they_came() -> None:
    dossiers = Dossier.objects.filter(pk__in=range(3, 10**6, 23)).select_related("case", "agency")
    asked = 0
    for dossier in dossiers.prefetch_related("bills__lines"):
        fees = [line for bill in dossier.bills.all() for line in bill.lines.all() if line.kind != "postage"]
        quoted = assessment.quote_of(dossier)
        if not quoted.is_determined:
            continue
        expected = [] if quoted.is_free else [(line.rule.code, line.amount, line.explanation) for line in quoted.lines]
        assert [(line.code, line.amount, line.explanation) for line in fees] == expected, dossier
        asked += 1
    assert asked > COUNT / 40


def test_dates_are_those_of_the_product_s_own_clock() -> None:
    paused = Dossier.objects.filter(pauses__isnull=False) | Dossier.objects.filter(notices__kind="apology")
    numbers = {*paused.values_list("pk", flat=True)[:70], *range(5, 10**6, 61)}
    dossiers = list(Dossier.objects.filter(pk__in=numbers).select_related("case", "agency"))
    assert len(dossiers) > 80
    for dossier in dossiers:
        written = dossier.due_at, dossier.original_due_at
        deadlines.count(dossier)
        if dossier.received_at or not dossier.pauses.exists():
            assert written == (dossier.due_at, dossier.original_due_at), dossier


def test_states_follow_the_edges_and_end_where_the_dossier_stands() -> None:
    events = DossierEvent.objects.exclude(after=None).order_by("dossier", "id")
    told: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
    for dossier, before, after in events.values_list("dossier", "before", "after"):
        told[dossier].append((before, after))
    states = dict(Dossier.objects.values_list("pk", "state"))
    assert told.keys() == states.keys()
    edges = DOSSIER_EDGES | PUT_BACK_EDGES | UNDO_EDGES
    for dossier, steps in told.items():
        assert steps[0] == (None, DossierState.SUBMITTED)
        assert set(steps[1:]) <= edges
        assert all(earlier[1] == later[0] for earlier, later in pairwise(steps))
        assert steps[-1][1] == states[dossier]


def test_nothing_was_given_out_that_was_not_paid() -> None:
    paid = {BillState.PAID, BillState.WAIVED, BillState.PARTLY_REFUNDED, BillState.CANCELLED}
    given = list(HandOver.objects.prefetch_related("dossier__bills"))
    assert len(given) > COUNT / 2
    for hand_over in given:
        assert set(hand_over.bill_states.values()) <= paid
        assert set(hand_over.bill_states) == {str(bill.pk) for bill in hand_over.dossier.bills.all()}


@pytest.mark.parametrize("name", sorted(tables()))
def test_what_is_chosen_is_offered(name: str) -> None:
    """Every value of a column with choices is one of them."""
    model = tables()[name].model
    for field in model._meta.concrete_fields:
        if field.choices and not field.is_relation:
            found = set(model._default_manager.values_list(field.attname, flat=True).distinct())
            offered = {value for value, _label in field.flatchoices} | ({""} if field.blank else set())
            assert found - {None} <= offered, field


def test_people_are_found_as_the_product_finds_them() -> None:
    for dossier in Dossier.objects.order_by("pk")[:40]:
        assert dossier.owner_search_key == fold(dossier.owner_name)[:120]
        assert identity.parse_cccd(dossier.owner_identity_number)
        assert identity.doubts(dossier.owner_identity_number) == []
        assert dossier.owner_identity_key == identity.search_key(dossier.owner_identity_number)
        assert identity.clean_phone(dossier.owner_phone) == dossier.owner_phone


def test_the_product_s_forms_take_what_was_typed_into_drafts() -> None:
    steps = {step.slug: step for step in STEPS}
    drafts = list(Draft.objects.filter(dossier=None).select_related("case__procedure"))
    assert {slug for draft in drafts for slug in draft.answers} == {"nguoi-nop", "noi-dung", "giay-to"}
    for draft in drafts:
        for slug in draft.answers:
            form = form_of(draft, steps[slug])
            assert form.is_valid(), (draft.code, form.errors)
            assert draft.answers[slug].keys() <= form.fields.keys()


def test_a_procedure_s_own_questions_are_answered() -> None:
    asked: dict[int, list[Question]] = defaultdict(list)
    for question in Question.objects.all():
        asked[question.procedure_id].append(question)
    dossiers = list(Dossier.objects.select_related("case__decided_by").order_by("pk"))
    calendar = calendar_from(timezone.localdate() - timedelta(days=1000))
    assert sum(bool(dossier.answers) for dossier in dossiers) > COUNT / 20
    for dossier in dossiers:
        questions = asked[dossier.case.procedure_id]
        answers = dict(dossier.answers)
        labels = [question.label for question in questions if question.is_required or question.label in answers]
        assert list(answers) == labels
        for question in questions:
            if question.kind == "date":
                born = datetime.strptime(answers[question.label], "%d/%m/%Y").date()  # noqa: DTZ007 - a day
                day = timezone.localdate(dossier.submitted_at)
                assert born < day
                assert conditions.fits(dossier.case, {question.slug: born}, day, calendar)


def test_a_year_has_all_that_happens_in_one() -> None:
    assert set(Dossier.objects.values_list("channel", flat=True)) == {"online", "counter", "post"}
    assert set(Dossier.objects.values_list("state", flat=True)) >= {1, 3, 4, 5, 7, 8, 9, 10}
    assert set(Bill.objects.values_list("state", flat=True)) == set(BillState)
    assert set(Payment.objects.values_list("state", flat=True)) >= set(PaymentState) - {"created", "unknown", "sent"}
    gateways = {"vnptpay", "vietinbank", "payplatform", "vnpay", "momo", "vietinbank_direct", "counter"}
    assert set(Payment.objects.filter(state="paid").values_list("gateway", flat=True)) >= gateways
    assert set(Refund.objects.values_list("state", flat=True)) >= set(RefundState) - {RefundState.SENT}
    kinds = {"surplus", "short", "over", "reversed", "debt", "charged_claim", "paid_in_vain"}
    kinds |= {"unknown_reference", "not_in_statement", "amount_differs"}
    assert set(Discrepancy.objects.values_list("kind", flat=True)) >= kinds
    assert {"quarantined"} <= set(Discrepancy.objects.filter(closed_at=None).values_list("kind", flat=True))
    assert set(Notification.objects.values_list("state", flat=True)) == set(NotificationState) - {"new"}
    refused = set(RejectedNotification.objects.values_list("reason", flat=True))
    assert refused >= set(RejectionReason) - {RejectionReason.UNKNOWN_MERCHANT}
    assert rejected.misdirected().exists()
    assert rejected.forged().count() < rejected.BURST
    assert set(Reallocation.objects.values_list("state", flat=True)) >= {"proposed", "done"}
    assert Payment.objects.filter(state="paid", gateway="moved", is_applied=True).exists()
    assert Payment.objects.filter(state="failed", sent_at=None).exclude(failure_code="").exists()
    assert TestPayment.objects.filter(bill__state=BillState.REFUNDED).exists()
    assert Bill.objects.filter(client__isnull=False, state=BillState.PAID).count() > COUNT / 200
    assert set(Attachment.objects.values_list("state", flat=True)) == {"clean", "refused"}
    assert set(ProcedureCase.objects.values_list("duration_unit", flat=True)) >= {"hour", "calendar_day", "month"}
    assert set(PostalOrder.objects.values_list("state", flat=True)) >= {"delivered", "came_back"}
    assert set(Rating.objects.values_list("score", flat=True)) == {1, 2, 3, 4, 5}
    assert Message.objects.exclude(gave_up_at=None).exists()
    assert Draft.objects.filter(dossier=None).exists()
    assert not dispatch.waiting().exists(), "nothing is sent to a receiver there is none of"
    assert FeeSchedule.objects.filter(state="draft").exists()
    assert Dossier.objects.filter(returned_at__isnull=False, finished_at__gt=models.F("due_at")).exists()
    today = timezone.localdate()
    assert not Dossier.objects.filter(submitted_at__date__gt=today).exists()


def test_what_nobody_knows_is_looked_into_within_weeks() -> None:
    open_cases = Discrepancy.objects.filter(closed_at=None)
    assert not open_cases.filter(opened_at__lt=timezone.now() - timedelta(days=75)).exists()
    results = Dossier.objects.filter(state=DossierState.FINISHED, finished_at__lt=timezone.now() - timedelta(days=90))
    assert results.count() < COUNT / 150, "most who forgot to pay come in the end"


def test_nobody_has_two_drawers_at_once() -> None:
    spans = CashShift.objects.order_by("cashier", "opened_at").values_list("cashier", "opened_at", "closed_at")
    for (one, _opened, closed), (other, opened, _closed) in pairwise(spans):
        assert one != other or (closed and closed <= opened)


def test_nothing_waits_for_its_fee_for_months() -> None:
    waiting = Dossier.objects.filter(state=DossierState.SUBMITTED, case__collect_when=CollectWhen.ON_SUBMIT)
    with_money = Payment.objects.filter(state__in=("paid", "unknown", "sent"))
    forgotten = waiting.filter(submitted_at__lt=timezone.now() - timedelta(days=60))
    assert not forgotten.exclude(bills__payments__in=with_money).exists()


def test_nobody_begins_to_pay_while_a_dossier_is_stopped() -> None:
    stops = list(ClockPause.objects.filter(state=DossierState.STOPPED))
    assert len(stops) > 3
    for stop in stops:
        begun = Payment.objects.filter(bill__in=stop.dossier.bill_links.values("bill"), created_at__gt=stop.started_at)
        assert not begun.filter(created_at__lt=stop.ended_at or timezone.now()).exists(), stop.dossier


def test_no_payment_begins_while_its_bank_is_away() -> None:
    outages = list(Outage.objects.all())
    assert {outage.is_planned for outage in outages} == {True, False}
    assert all(outage.ended_at for outage in outages)
    for outage in outages:
        begun = Payment.objects.filter(merchant_account=outage.merchant_account, sent_at__gte=outage.began_at)
        assert not begun.filter(sent_at__lte=outage.ended_at).exists(), outage
    assert not Outage.objects.filter(began_at__lt=timezone.now(), ended_at__gt=timezone.now()).exists()


def test_a_new_column_fails_loudly() -> None:
    with pytest.raises(UnknownColumns, match="words"):
        Table(Rating, "dossier_id score at")
    with pytest.raises(UnknownColumns, match="colour"):
        Table(Rating, "dossier_id score at words colour")
