"""What is owed, what was tried, what was told, what was booked."""

from .bills import Bill, BillLine, FeeKind
from .clients import ApiClient, IdempotentRequest
from .inbox import Notice, RejectedNotice
from .ledger import Discrepancy, LedgerEvent
from .merchants import MerchantAccount
from .payments import Payment
from .receipts import Receipt, ReceiptSeries

__all__ = [
    "ApiClient",
    "Bill",
    "BillLine",
    "Discrepancy",
    "FeeKind",
    "IdempotentRequest",
    "LedgerEvent",
    "MerchantAccount",
    "Notice",
    "Payment",
    "Receipt",
    "ReceiptSeries",
    "RejectedNotice",
]
