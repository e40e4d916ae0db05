"""Mutants that no test can notice, each with its reason. Everything else that survives needs a test."""

from __future__ import annotations

_NEVER_EQUAL = "the equal sum was decided before"
_OWN_BILL = "a payment has its bill; what moves, comes in parts or is short belongs to both"
_BY_KEY = "reads and locks more than was asked about; what is needed is found by its key"
_AS_LONG = "both lists have one entry for each kind or field"
_ONLY_A_RACE = "only a race shows it: tests/payments/settlement/test_races.py"
_TYPED = "said for the types: what the filter finds has one"
_SAVES_A_QUERY = "saves a query"
_WAITS = "two rounds at once wait for each other instead of passing: slower, and the same in the end"

#: (module, what was changed): why no test can notice.
EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "dossiers/handover/release.py",
        "Message.objects.filter(dossier=locked, subject=_subject(given), sent_at=None) → without dossier",
    ): "the subject names the hand-over, which is of this dossier",
    ("payments/discrepancies.py", "200 → 201"): "so many at a time, and the rest in the next round",
    ("payments/discrepancies.py", "unowned.select_for_update(skip_locked=True) → without skip_locked"): _WAITS,
    ("payments/discrepancies.py", "skip_locked=True → False"): _WAITS,
    (
        "payments/discrepancies.py",
        "case.bill is not None and case.bill.state == BillState.PAID → without case.bill is not None",
    ): "said for the types: what is overtaken by its bill has one",
    (
        "payments/discrepancies.py",
        "locked.kind in HOLDING_MONEY and locked.remaining_amount > 0 → without locked.kind in HOLDING_MONEY",
    ): "what holds no money has nothing left of it",
    (
        "payments/discrepancies.py",
        "related.select_for_update(of=('self',), skip_locked=True) → without skip_locked",
    ): _WAITS,
    (
        "payments/reallocation.py",
        "Bill.objects.filter(reference=reference, state=BillState.OPEN, amount__gt=0) → without amount__gt",
    ): "a bill of nothing is waived when it is made",
    ("payments/reallocation.py", "20 → 21"): "how many bills of one code are looked through: two are too many",
    ("payments/receipts/issue.py", "strict=True → False"): _AS_LONG,
    ("payments/receipts/issue.py", "zip(FeeKind.values, serials_of(day), strict=True) → without strict"): _AS_LONG,
    (
        "payments/receipts/issue.py",
        "zip(FeeKind.values, serials_of(timezone.localdate()), strict=True) → without strict",
    ): _AS_LONG,
    ("payments/receipts/issue.py", "if not wanted → if False"): _SAVES_A_QUERY,
    (
        "payments/receipts/issue.py",
        "BillLine.objects.filter(bill_id__in=[payment.bill_id for payment in payments]) → without bill_id__in",
    ): _BY_KEY,
    (
        "payments/receipts/issue.py",
        "Receipt.objects.filter(payment__in=payments) → without payment__in",
    ): _BY_KEY,
    (
        "payments/receipts/issue.py",
        "ReceiptSeries.objects.filter(agency_id__in={agency_id for agency_id, _ in wanted}, serial__in=ser… → without "
        "agency_id__in",
    ): _BY_KEY,
    ("payments/receipts/issue.py", "ignore_conflicts=True → False"): _ONLY_A_RACE,
    (
        "payments/receipts/issue.py",
        "ReceiptSeries.objects.bulk_create([_book(agency_id, kind, serials[kind]) for agency_id, kind in m… → without "
        "ignore_conflicts",
    ): _ONLY_A_RACE,
    (
        "payments/cash_desk/collect.py",
        "CounterPayment.objects.filter(tender=Tender.POS, terminal_key=key) → without tender",
    ): "only a card has a terminal's reference",
    (
        "payments/cash_desk/collect.py",
        "taking.terminal_ref and (other := used.select_related('payment__bill').first()) → without taking.terminal_ref",
    ): "no card is without a terminal's reference: the database holds to it",
    (
        "payments/cash_desk/collect.py",
        "bill.payments.filter(state__in=OPEN_PAYMENT_STATES) → without state__in",
    ): "only what is open is in doubt",
    (
        "payments/reconciliation/row_days.py",
        "LedgerEvent.objects.exclude(money_key='') → without money_key",
    ): "said so that an index serves",
    ("payments/reconciliation/row_days.py", "1 → 2"): "the ledger books a number once: the database holds to it",
    ("payments/reconciliation/taken_back.py", "if not debits → if False"): _SAVES_A_QUERY,
    ("payments/reconciliation/taken_back.py", "if not rows → if False"): _SAVES_A_QUERY,
    (
        "payments/reconciliation/taken_back.py",
        "LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN) → without money_key__in",
    ): _BY_KEY,
    (
        "payments/reconciliation/taken_back.py",
        "Payment.objects.filter(merchant_account=account, merchant_ref__in=set(codes.values()) - {''}) → without "
        "merchant_ref__in",
    ): _BY_KEY,
    **dict.fromkeys(
        (
            ("payments/callbacks/inbox.py", "if new_id is None and earlier_digest is None → if True"),
            ("payments/callbacks/inbox.py", "new_id is None and earlier_digest is None → Or"),
            ("payments/callbacks/inbox.py", "new_id is None and earlier_digest is None → without new_id is None"),
            (
                "payments/callbacks/inbox.py",
                "new_id is None and earlier_digest is None → without earlier_digest is None",
            ),
            ("payments/callbacks/inbox.py", "if others → if True"),
            ("payments/callbacks/inbox.py", "if ready → if True"),
            ("payments/callbacks/inbox.py", "if unknown → if True"),
        ),
        _SAVES_A_QUERY,
    ),
    **dict.fromkeys(
        (
            ("payments/callbacks/inbox.py", "conflict[0] or earlier_id or 0 → without 0"),
            ("payments/callbacks/inbox.py", "new_id or earlier_id or 0 → without 0"),
        ),
        "said for the types: a row is new or there was one before",
    ),
    (
        "payments/callbacks/inbox.py",
        "Payment.objects.filter(merchant_ref__in=references) → without merchant_ref__in",
    ): _BY_KEY,
    **dict.fromkeys(
        (
            ("payments/callbacks/dead_letters.py", "inbox.drain(limit=1, ids=[notification.pk]) → without limit"),
            ("payments/callbacks/dead_letters.py", "1 → 2"),
        ),
        "one row is named",
    ),
    ("payments/callbacks/incoming.py", "earlier_id or 0 → without 0"): "said for the types: no row has no id",
    ("payments/callbacks/incoming.py", "0 → 1"): "said for the types: who compares has an earlier row",
    (
        "payments/callbacks/incoming.py",
        "occurred_at > timezone.now() + LONGEST_AHEAD → GtE",
    ): "no clock shows the same microsecond twice",
    **dict.fromkeys(
        (
            ("payments/settlement/bulk.py", "CT money_key FROM found)) AND money_key <> '' AND kind IN ( → OR"),
            ("payments/settlement/bulk.py", "AND money_key <> '' AND kind IN ('payment_paid', 'money_rec → OR"),
            ("payments/settlement/bulk.py", "serial = ANY(%(serials)s) AND agency_id IN ( SELECT agency_id → OR"),
        ),
        _BY_KEY,
    ),
    ("payments/settlement/bulk.py", "if not settled → if False"): _SAVES_A_QUERY,
    ("payments/settlement/bulk.py", "if rows → if True"): _SAVES_A_QUERY,
    ("payments/reconciliation/matching.py", "5000 → 5001"): "so many at a time, and the rest in the next batch",
    ("payments/reconciliation/matching.py", "row.amount < 0 → LtE"): "no row is of nothing: the database holds to it",
    (
        "payments/reconciliation/matching.py",
        "inbox.drain(limit=INBOX_BATCH, ids=[row.notification_id for row in rows if row.notification_id]) → without "
        "limit",
    ): "no more rows than that are named",
    (
        "payments/reconciliation/matching.py",
        "LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN) → without money_key__in",
    ): _BY_KEY,
    ("gateways/vnpt_family/adapter.py", "{'3'} → no such entry"): "a status that nobody knows is pending, too",
    **dict.fromkeys(
        (
            (
                "gateways/vnpt_family/adapter.py",
                "zip(self.dialect.answer.fields, values, strict=True) → without strict",
            ),
            ("gateways/vnpt_family/adapter.py", "zip(names.query.fields, values, strict=True) → without strict"),
            ("gateways/vnpt_family/adapter.py", "strict=True → False"),
        ),
        _AS_LONG,
    ),
    **dict.fromkeys(
        (
            ("payments/refunds/workflow.py", "if locked.discrepancy → if True"),
            ("payments/refunds/workflow.py", "if refund.discrepancy_id → if True"),
        ),
        "a refund has a payment or a case: the database holds to it",
    ),
    **dict.fromkeys(
        (
            (
                "payments/refunds/workflow.py",
                f"('payment__bill', 'payment__merchant_account', 'discrepancy__bill') → without '{related}'",
            )
            for related in ("payment__bill", "payment__merchant_account", "discrepancy__bill")
        ),
        _SAVES_A_QUERY,
    ),
    **dict.fromkeys(
        (
            ("payments/settlement/apply.py", f"{call} → without {argument}")
            for call, argument in (
                ("Payment.objects.filter(merchant_ref__in=names)", "merchant_ref__in"),
                ("Bill.objects.filter(pk__in=sorted(set(bill_ids)))", "pk__in"),
                ("Payment.objects.filter(bill_id__in=bills)", "bill_id__in"),
                ("LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN)", "money_key__in"),
                ("LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN)", "kind__in"),
                (
                    "ClosedDay.objects.filter(merchant_account__in={notification.merchant_account_id for "
                    "notification …",
                    "merchant_account__in",
                ),
                ("closed.filter(day__in={_day_of(notification) for notification in notifications})", "day__in"),
            )
        ),
        _BY_KEY,
    ),
    (
        "payments/settlement/apply.py",
        "notification.occurred_at or timezone.now() → without timezone.now()",
    ): "the day of no moment is today: Django's localdate",
    ("payments/settlement/apply.py", "decision.takes_money_back and payment → without payment"): _OWN_BILL,
    ("payments/settlement/apply.py", "payment and decision.asks_gateway → without payment"): _OWN_BILL,
    (
        "payments/settlement/apply.py",
        "bill and (decision.settles_bill or decision.takes_money_back) → without bill",
    ): _OWN_BILL,
    (
        "payments/settlement/apply.py",
        "if payment.state == PaymentState.REVERSED → if True",
    ): "what was neither paid nor taken back has no receipt to cancel",
    ("payments/settlement/apply.py", "payment and bill → Or"): _OWN_BILL,
    ("payments/settlement/apply.py", "payment and bill → without payment"): _OWN_BILL,
    ("payments/settlement/apply.py", "payment and bill → without bill"): _OWN_BILL,
    ("payments/settlement/apply.py", "payment and decision.payment_to → without payment"): _OWN_BILL,
    ("payments/settlement/apply.py", "amount > 0 → GtE"): "no money is 0",
    ("payments/settlement/apply.py", "decision.uses_parts and payment → without payment"): _OWN_BILL,
    (
        "payments/settlement/apply.py",
        "bill and decision.discrepancy == DiscrepancyKind.SHORT → without bill",
    ): _OWN_BILL,
    (
        "payments/settlement/likeness.py",
        "Discrepancy.objects.filter(kind=DiscrepancyKind.LIKELY_BOOKED, notification__isnull=False, paymen… → without "
        "payment__in",
    ): _BY_KEY,
    ("payments/settlement/likeness.py", "payment_id and money_key not in keys → without payment_id"): _TYPED,
    ("payments/settlement/parts.py", "part.bill_id or 0 → without 0"): _TYPED,
    ("payments/settlement/parts.py", "0 → 1"): _TYPED,
    (
        "payments/transitions.py",
        "if after == PaymentState.REVERSED → if True",
    ): "no other payment than a paid one is applied: the database holds to it",
    ("payments/settlement/likeness.py", "if rows → if True"): "saves a query where nothing is booked",
    ("payments/settlement/rules.py", "event.amount < payment.amount → LtE"): _NEVER_EQUAL,
    ("payments/settlement/rules.py", "amount > payment.amount → GtE"): _NEVER_EQUAL,
}
