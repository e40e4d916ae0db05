"""What is owed, what was tried, what was told, what was booked."""

from .bills import Bill, BillLine, FeeKind
from .cash_desk import CashShift, CounterPayment
from .charge_claims import ChargedClaim
from .clients import ApiClient, IdempotentRequest
from .discrepancies import Discrepancy
from .exports import Export, SavedFilter
from .heartbeats import Heartbeat
from .ledger import LedgerEvent
from .merchants import GatewayHealth, MerchantAccount
from .notifications import Notice, RejectedNotice
from .outages import Outage
from .payments import Payment
from .reallocations import Move
from .receipts import LostNumbers, Receipt, ReceiptCancellation, ReceiptSeries
from .refunds import Refund
from .statements import ClosedDay, Statement, StatementRow
from .test_payments import Trial
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
