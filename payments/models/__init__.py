"""Bills, payments, notifications, ledger, receipts, refunds and what belongs to them."""

from .bills import Bill, BillLine, FeeKind
from .cash_desk import CashShift, CounterPayment
from .clients import ApiClient, IdempotentRequest, WebhookDelivery, WebhookEndpoint
from .contract_changes import ContractChange
from .discrepancies import ChargeClaim, Discrepancy, Reallocation
from .exports import Export, SavedFilter
from .heartbeats import Heartbeat
from .ledger import LedgerEvent
from .merchants import GatewayHealth, MerchantAccount, Outage
from .notifications import Notification, RejectedNotification
from .payments import Payment
from .receipts import LostNumbers, Receipt, ReceiptCancellation, ReceiptSeries
from .refunds import Refund
from .statements import ClosedDay, Statement, StatementRow
from .test_payments import TestPayment

__all__ = [
    "ApiClient",
    "Bill",
    "BillLine",
    "CashShift",
    "ChargeClaim",
    "ClosedDay",
    "ContractChange",
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
    "Notification",
    "Outage",
    "Payment",
    "Reallocation",
    "Receipt",
    "ReceiptCancellation",
    "ReceiptSeries",
    "Refund",
    "RejectedNotification",
    "SavedFilter",
    "Statement",
    "StatementRow",
    "TestPayment",
    "WebhookDelivery",
    "WebhookEndpoint",
]
