"""Settles expected notifications in bulk, a whole batch in one statement.

Most notifications say exactly what we wait for: this payment, paid, the right sum, the bill
still open. For those `rules.decide` has one answer, and PostgreSQL can write it for
a thousand of them at once. Whatever is not plain in every respect is left alone for
`settlement.apply`; a test holds both ways to the same rows
(tests/payments/settlement/test_bulk.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from payments.models import Bill
from payments.models.notifications import CONFLICT, EVIDENCE
from payments.receipts.issue import serials_of
from payments.signals import bills_settled
from payments.transitions import BILL_SETTLED, PAYMENT_PAID

#: Names the bank's transaction exactly as `settlement.money_key` does.
_MONEY_KEY = """notification.gateway || ':' || notification.merchant_account_id || ':'
               || coalesce(nullif(notification.gateway_ref, ''), 'ref:' || notification.merchant_ref)"""
#: A notification is plain when this finds it, nothing else in the batch concerns its bill or its money (_CANDIDATES,
#: `tellings`), and _SETTLE sees nothing against it.
_PLAIN = f"""
    SELECT notification.id AS notification_id, notification.source, notification.gateway_ref,
           notification.occurred_at, notification.amount,
           notification.merchant_account_id,
           {_MONEY_KEY} AS money_key,
           (coalesce(notification.occurred_at, now()) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS value_date,
           payment.id AS payment_id, payment.state AS payment_state,
           bill.id AS bill_id, bill.state AS bill_state, bill.token, bill.agency_id, bill.agency_name, bill.payer_name
    FROM payments_notification notification
    JOIN payments_merchantaccount account ON account.id = notification.merchant_account_id
    JOIN payments_payment payment ON payment.gateway = notification.gateway
         AND payment.merchant_ref = notification.merchant_ref AND payment.merchant_account_id = account.id
    JOIN payments_bill bill ON bill.id = payment.bill_id
    WHERE notification.id = ANY(%(notifications)s) AND notification.state = 'new' AND notification.outcome = 'paid'
      AND notification.result <> '{CONFLICT}'
      AND notification.currency IN ('', 'VND') AND notification.amount = payment.amount
      AND {PAYMENT_PAID.may_be_taken_by("payment")} AND {BILL_SETTLED.may_be_taken_by("bill")}
      AND (notification.account = '' OR NOT account.settings ? 'accounts'
           OR jsonb_array_length(account.settings -> 'accounts') = 0
           OR account.settings -> 'accounts' ? notification.account)
"""  # noqa: S608
#: What to lock: the bills of which this batch says one thing only, whatever it says. Of two notifications about one
#: bill the order decides (a failure before the success, a reversal, money for another attempt): that is for the rules.
_CANDIDATES = f"""
SELECT payment.bill_id, min(payment.id)
FROM payments_notification notification
JOIN payments_payment payment
     ON payment.gateway = notification.gateway AND payment.merchant_ref = notification.merchant_ref
WHERE notification.id = ANY(%(notifications)s)
GROUP BY payment.bill_id
HAVING count(*) = 1 AND bool_and(notification.outcome = 'paid' AND {PAYMENT_PAID.may_be_taken_by("payment")})
"""  # noqa: S608
_LOCKS = (
    "SELECT id FROM payments_bill WHERE id = ANY(%(bills)s) ORDER BY id FOR UPDATE",
    "SELECT id FROM payments_payment WHERE bill_id = ANY(%(bills)s) ORDER BY id FOR UPDATE",
)
_EVIDENCE = " ".join(f"WHEN '{source}' THEN '{evidence}'" for source, evidence in EVIDENCE.items())
_PAID = f"""gateway_ref = plain.gateway_ref, evidence = CASE plain.source {_EVIDENCE} END,
        paid_at = coalesce(plain.occurred_at, %(now)s), is_applied = true, next_check_at = NULL"""
_SETTLE = f"""
WITH tellings AS MATERIALIZED (
    -- Of the whole batch: money told of twice may be booked by a notification that is not plain.
    SELECT {_MONEY_KEY} AS money_key, count(*) AS count FROM payments_notification notification
    WHERE notification.id = ANY(%(notifications)s) AND notification.outcome = 'paid' GROUP BY 1),
found AS MATERIALIZED ({_PLAIN} AND payment.id = ANY(%(payments)s)),
booked AS MATERIALIZED (
    -- By an array, so that PostgreSQL looks each key up in the index whatever it estimates.
    SELECT money_key FROM payments_ledgerevent
    WHERE money_key = ANY(ARRAY(SELECT money_key FROM found)) AND money_key <> ''
      AND kind IN ('payment_paid', 'money_received')),
bookless AS MATERIALIZED (
    SELECT DISTINCT line.bill_id FROM found JOIN payments_billline line ON line.bill_id = found.bill_id
    WHERE line.amount > 0 AND NOT EXISTS (
        SELECT FROM payments_receiptseries series WHERE series.agency_id = found.agency_id
           AND series.kind = line.kind AND series.serial = ANY(%(serials)s))),
plain AS MATERIALIZED (
    SELECT found.* FROM found JOIN tellings ON tellings.money_key = found.money_key AND tellings.count = 1
    WHERE NOT EXISTS (SELECT FROM bookless WHERE bookless.bill_id = found.bill_id)
      AND NOT EXISTS (SELECT FROM booked WHERE booked.money_key = found.money_key)
      AND NOT EXISTS (SELECT FROM payments_closedday closed WHERE closed.day = found.value_date
                      AND closed.merchant_account_id = found.merchant_account_id)),
paid AS ({PAYMENT_PAID.update("plain", "payment_id", _PAID)}),
settled AS ({BILL_SETTLED.update("plain", "bill_id", "settled_at = %(now)s")}),
done AS (
    UPDATE payments_notification notification
    SET state = 'done', result = 'settled', processed_at = %(now)s, payment_id = plain.payment_id
    FROM plain WHERE notification.id = plain.notification_id),
events AS (
    INSERT INTO payments_ledgerevent (kind, bill_id, payment_id, amount, before, after, money_key, merchant_account_id,
                                      value_date, is_correction, cause, cause_id, detail)
    SELECT '{PAYMENT_PAID.event}', bill_id, payment_id, amount, payment_state, '{PAYMENT_PAID.after}', money_key,
           merchant_account_id, value_date, false, source, notification_id::text, '{{}}'::jsonb FROM plain
    UNION ALL
    SELECT '{BILL_SETTLED.event}', bill_id, payment_id, -amount, bill_state, '{BILL_SETTLED.after}', '',
           NULL, NULL, false, source, notification_id::text, '{{}}'::jsonb FROM plain)
SELECT notification_id, bill_id, payment_id, token FROM plain ORDER BY notification_id
"""  # noqa: S608
_LOCK_SERIES = """
SELECT id FROM payments_receiptseries WHERE serial = ANY(%(serials)s) AND agency_id IN (
    SELECT agency_id FROM payments_bill WHERE id = ANY(%(settled)s)) ORDER BY id FOR UPDATE
"""
_ISSUE = """
WITH wanted AS MATERIALIZED (
    SELECT bill.id AS bill_id, bill.payer_name, bill.agency_name, payment.id AS payment_id, line.kind,
           series.id AS series_id, sum(line.amount) AS amount,
           jsonb_agg(jsonb_build_object('description', line.description, 'amount', line.amount)
                     ORDER BY line.position) AS lines,
           row_number() OVER (PARTITION BY series.id ORDER BY payment.id) - 1 AS place
    FROM payments_bill bill
    JOIN payments_payment payment ON payment.bill_id = bill.id AND payment.id = ANY(%(paid)s)
    JOIN payments_billline line ON line.bill_id = bill.id AND line.amount > 0
    -- Of two books of one serial the one opened last is written in, as `receipts.issue` does.
    JOIN (SELECT agency_id, kind, max(id) AS id FROM payments_receiptseries WHERE serial = ANY(%(serials)s)
          GROUP BY agency_id, kind) series ON series.agency_id = bill.agency_id AND series.kind = line.kind
    WHERE bill.id = ANY(%(settled)s)
    GROUP BY bill.id, payment.id, line.kind, series.id),
numbered AS (
    UPDATE payments_receiptseries series SET next_number = next_number + taken.count
    FROM (SELECT series_id, count(*) FROM wanted GROUP BY series_id) taken WHERE series.id = taken.series_id
    RETURNING series.id, series.next_number - taken.count AS first)
INSERT INTO payments_receipt (token, series_id, number, bill_id, payment_id, kind, amount, payer_name, agency_name,
                              lines, revision)
SELECT replace(gen_random_uuid()::text, '-', ''), series_id, first + place, bill_id, payment_id, kind, amount,
       payer_name, agency_name, lines, 1
FROM wanted JOIN numbered ON numbered.id = wanted.series_id
"""


@dataclass(frozen=True, slots=True)
class Plain:
    """What was settled: the notifications that are done, and the tokens of their bills for the screens."""

    notification_ids: frozenset[int]
    tokens: tuple[str, ...]


def settle(notification_ids: Sequence[int]) -> Plain:
    """Settle the plain ones among notifications whose rows the caller has locked, in the caller's transaction.

    Locks bills, payments, dossiers that move, then receipt series, each by ids ascending.
    Nothing is decided before the locks are held: the statement checks again.
    """
    values: dict[str, Any] = {
        "notifications": list(notification_ids),
        "now": timezone.now(),
        "serials": serials_of(timezone.localdate()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, values)
        settled = cursor.fetchall()
        if not settled:
            return Plain(frozenset(), ())
        values["bills"], values["payments"] = ([row[column] for row in settled] for column in (0, 1))
        for statement in _LOCKS:
            cursor.execute(statement, values)
        cursor.execute(_SETTLE, values)
        rows = cursor.fetchall()
        if rows:
            values["settled"], values["paid"] = ([row[column] for row in rows] for column in (1, 2))
            bills_settled.send(sender=Bill, bill_ids=values["settled"])
            # Last, because drains of all agencies meet here: a series' numbers have one order.
            # What PostgreSQL would check at COMMIT it checks before, so that nobody waits for that.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(_LOCK_SERIES, values)
            cursor.execute(_ISSUE, values)
    return Plain(frozenset(row[0] for row in rows), tuple(row[3] for row in rows))
