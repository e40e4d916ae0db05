"""The names of the accounting pages."""

from __future__ import annotations

PAGES = (
    "accounting", "accounting-statements", "accounting-cases", "accounting-refunds", "accounting-receipts",
    "accounting-receipt-list", "accounting-payments", "accounting-exports", "accounting-columns", "accounting-shifts",
)  # fmt: skip
OF_A_ROW = {
    "accounting-statement": "statement", "accounting-progress": "statement", "accounting-day": "day",
    "accounting-case": "case", "accounting-case-proof": "claim", "accounting-refund": "refund",
    "accounting-propose": "payment", "accounting-payment": "payment",
}  # fmt: skip
