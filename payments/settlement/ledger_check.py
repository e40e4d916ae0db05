"""Verifies docs/reference/ledger-invariants.md over all data: one query each, violations listed.

Each query returns the rows that break its invariant, so an empty answer is the proof.
Other apps add theirs with `register` (I3 needs dossiers, which payments do not know).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Invariant:
    """One claim, and the query whose rows contradict it."""

    name: str
    claim: str
    query: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that contradicts an invariant."""

    invariant: str
    claim: str
    row: tuple[object, ...]


_INVARIANTS: list[Invariant] = []


def register(name: str, claim: str, query: str) -> None:
    """Add an invariant. The query must name at most a few columns that identify the culprit."""
    _INVARIANTS.append(Invariant(name, claim, query))


def check(limit: int = 20) -> list[Violation]:
    """Return up to `limit` violations per invariant; none at all is the proof."""
    violations = []
    with connection.cursor() as cursor:
        for invariant in _INVARIANTS:
            cursor.execute(f"SELECT * FROM ({invariant.query}) AS violations LIMIT {int(limit)}")  # noqa: S608
            violations += [Violation(invariant.name, invariant.claim, row) for row in cursor.fetchall()]
    return violations


def invariants() -> list[Invariant]:
    """Return what is checked, in order."""
    return sorted(_INVARIANTS, key=lambda invariant: invariant.name)


register(
    "I1a",
    "the amounts of each bill in the ledger add up to zero",
    "SELECT bill_id, sum(amount) FROM payments_ledgerevent GROUP BY bill_id HAVING sum(amount) <> 0",
)
register(
    "I1b",
    "a paid bill has exactly its amount applied to it, less what was refunded; an unpaid one nothing",
    """SELECT bill.id, bill.state, bill.amount, coalesce(applied.amount, 0), coalesce(returned.amount, 0)
       FROM payments_bill bill
       LEFT JOIN (SELECT bill_id, sum(-amount) AS amount FROM payments_ledgerevent
                  WHERE kind LIKE 'bill\\_%' GROUP BY bill_id) applied ON applied.bill_id = bill.id
       LEFT JOIN (SELECT payment.bill_id, sum(refund.amount) AS amount
                  FROM payments_refund refund JOIN payments_payment payment ON payment.id = refund.payment_id
                  WHERE refund.state = 'done' GROUP BY payment.bill_id) returned ON returned.bill_id = bill.id
       WHERE coalesce(applied.amount, 0) <> CASE WHEN bill.state IN ('paid', 'partly_refunded', 'refunded')
             THEN bill.amount - coalesce(returned.amount, 0) ELSE 0 END""",
)
register(
    "I1c",
    "what is held for refunds and moves is exactly what was proposed and not rejected, and what a bill used of parts",
    """SELECT 'payment', payment.id, payment.reserved_amount, coalesce(sum(refund.amount), 0)
       FROM payments_payment payment
       LEFT JOIN payments_refund refund ON refund.payment_id = payment.id AND refund.state <> 'rejected'
       GROUP BY payment.id HAVING payment.reserved_amount <> coalesce(sum(refund.amount), 0)
       UNION ALL
       SELECT 'case', found.id, found.used_amount, coalesce(sum(held.amount), 0)
       FROM payments_discrepancy found
       LEFT JOIN (SELECT discrepancy_id, amount FROM payments_refund WHERE state <> 'rejected'
                  UNION ALL
                  SELECT discrepancy_id, amount FROM payments_reallocation WHERE state <> 'rejected'
                  UNION ALL
                  SELECT part.id, event.amount FROM payments_ledgerevent event
                  JOIN payments_discrepancy part ON part.kind = 'short' AND part.notification_id::text = event.cause_id
                  WHERE event.kind = 'surplus_used' AND event.cause = 'part') held
            ON held.discrepancy_id = found.id
       GROUP BY found.id HAVING found.used_amount <> coalesce(sum(held.amount), 0)""",
)
register(
    "I2",
    "a paid bill has one applied payment, any other bill none, and other confirmed money has a case",
    """SELECT bill.id, bill.state, count(payment.id)
       FROM payments_bill bill LEFT JOIN payments_payment payment
            ON payment.bill_id = bill.id AND payment.is_applied
       GROUP BY bill.id
       HAVING count(payment.id) <>
              CASE WHEN bill.state IN ('paid', 'partly_refunded', 'refunded') THEN 1 ELSE 0 END
       UNION ALL
       SELECT event.id, event.cause, event.amount FROM payments_ledgerevent event
       WHERE event.kind = 'surplus' AND NOT EXISTS (
            SELECT FROM payments_discrepancy WHERE notification_id::text = event.cause_id)""",
)
register(
    "I4",
    "no notification waits longer than a minute past its time",
    """SELECT id, gateway, event_key FROM payments_notification
       WHERE state = 'new' AND next_attempt_at < now() - interval '1 minute'""",
)
register(
    "I5",
    "each payment and bill stands where its last event left it",
    """SELECT 'payment', payment.id, payment.state, last.after FROM payments_payment payment
       LEFT JOIN LATERAL (
            SELECT after FROM payments_ledgerevent WHERE payment_id = payment.id AND kind LIKE 'payment\\_%'
            ORDER BY id DESC LIMIT 1) last ON true
       WHERE last.after IS DISTINCT FROM payment.state
       UNION ALL
       SELECT 'bill', bill.id, bill.state, last.after FROM payments_bill bill
       LEFT JOIN LATERAL (
            SELECT after FROM payments_ledgerevent WHERE bill_id = bill.id AND kind LIKE 'bill\\_%'
            ORDER BY id DESC LIMIT 1) last ON true
       WHERE last.after IS DISTINCT FROM bill.state""",
)
register(
    "I6",
    "nothing leaves PAID without a refund or a reversal",
    """SELECT id, kind, before, after FROM payments_ledgerevent
       WHERE before = 'paid' AND after NOT IN ('partly_refunded', 'refunded', 'reversed')
         AND kind <> 'bill_reopened'""",
)
register(
    "I7",
    "valid receipts of a payment are worth what it applied and kept, and numbers leave no gap but those noted as lost",
    """SELECT 'worth', payment.id, payment.amount, coalesce(valid.amount, 0)
       FROM payments_payment payment
       LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM payments_receipt receipt
                  WHERE NOT EXISTS (SELECT FROM payments_receiptcancellation WHERE receipt_id = receipt.id)
                  GROUP BY payment_id) valid ON valid.payment_id = payment.id
       LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM payments_refund WHERE state = 'done'
                  GROUP BY payment_id) returned ON returned.payment_id = payment.id
       WHERE coalesce(valid.amount, 0) <> CASE WHEN payment.is_applied
                  AND NOT EXISTS (SELECT FROM payments_testpayment WHERE bill_id = payment.bill_id)
             THEN payment.amount - coalesce(returned.amount, 0) ELSE 0 END
       UNION ALL
       SELECT 'gap', series.id, series.next_number, count(receipt.id)
       FROM payments_receiptseries series LEFT JOIN payments_receipt receipt ON receipt.series_id = series.id
       LEFT JOIN LATERAL (SELECT coalesce(sum(last - first + 1), 0) AS numbers FROM payments_lostnumbers
                          WHERE series_id = series.id) lost ON true
       GROUP BY series.id, lost.numbers
       HAVING series.next_number - 1 <> count(receipt.id) + lost.numbers
           OR coalesce(max(receipt.number), 0) >= series.next_number
       UNION ALL
       SELECT 'lost', receipt.series_id, receipt.number, receipt.id
       FROM payments_lostnumbers lost JOIN payments_receipt receipt
            ON receipt.series_id = lost.series_id AND receipt.number BETWEEN lost.first AND lost.last""",
)
register(
    "I8",
    "a bill is the sum of its lines",
    """SELECT bill.id, bill.amount, coalesce(sum(line.amount), 0)
       FROM payments_bill bill LEFT JOIN payments_billline line ON line.bill_id = bill.id
       GROUP BY bill.id HAVING bill.amount <> coalesce(sum(line.amount), 0)""",
)
register(
    "I8b",
    "a test_payment's bill has lines of a test_payment only, and no other bill has one",
    """SELECT line.bill_id, line.kind, test_payment.id FROM payments_billline line
       LEFT JOIN payments_testpayment test_payment ON test_payment.bill_id = line.bill_id
       WHERE (line.kind = 'test') <> (test_payment.id IS NOT NULL)""",
)
register(
    "I10",
    "a closed day still shows what it was closed with",
    """SELECT closed.merchant_account_id, closed.day, closed.our_amount, coalesce(sum(event.amount), 0)
       FROM payments_closedday closed LEFT JOIN payments_ledgerevent event
            ON event.merchant_account_id = closed.merchant_account_id AND event.value_date = closed.day
           AND event.kind IN ('payment_paid', 'money_received')
       GROUP BY closed.id HAVING closed.our_amount <> coalesce(sum(event.amount), 0)""",
)
register(
    "I11",
    "no attempt stays open beyond the ninety days in which gateways are asked",
    """SELECT id, state, created_at FROM payments_payment
       WHERE state IN ('created', 'sent', 'unknown') AND created_at < now() - interval '91 days'""",
)
register(
    "I13",
    "what a file told that the ledger did not know was confirmed by another person than who sent it in",
    """SELECT row.id, statement.id, statement.uploaded_by_id, statement.confirmed_by_id
       FROM payments_statementrow row JOIN payments_statement statement ON statement.id = row.statement_id
       WHERE row.notification_id IS NOT NULL AND NOT statement.is_countersigned""",
)
register(
    "I12",
    "an attempt that was sent had been committed before",
    "SELECT id, created_at, sent_at FROM payments_payment WHERE sent_at < created_at",
)
