"""What is owed, what was tried, what was told, what was booked."""

from .bills import Bill, BillLine, FeeKind
from .claims import ChargedClaim
from .clients import ApiClient, IdempotentRequest
from .counter import CashShift, CounterPayment
from .discrepancies import Discrepancy
from .heartbeats import Heartbeat
from .inbox import Notice, RejectedNotice
from .ledger import LedgerEvent
from .lists import Export, SavedFilter
from .merchants import GatewayHealth, MerchantAccount
from .moves import Move
from .outages import Outage
from .payments import Payment
from .receipts import LostNumbers, Receipt, ReceiptCancellation, ReceiptSeries
from .refunds import Refund
from .statements import ClosedDay, Statement, StatementRow
from .trials import Trial
from .webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiClient",
    "Bill",
    "BillLine",
    "CashShift",
    "ChargedClaim",
    "ClosedDay",
    "CounterPayment",
    "Discrepancy",
    "Export",
    "FeeKind",
    "GatewayHealth",
    "Heartbeat",
    "IdempotentRequest",
    "LedgerEvent",
    "LostNumbers",
    "MerchantAccount",
    "Move",
    "Notice",
    "Outage",
    "Payment",
    "Receipt",
    "ReceiptCancellation",
    "ReceiptSeries",
    "Refund",
    "RejectedNotice",
    "SavedFilter",
    "Statement",
    "StatementRow",
    "Trial",
    "WebhookDelivery",
    "WebhookEndpoint",
]
