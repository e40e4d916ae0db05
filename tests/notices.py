"""What the banks send, signed with the sandbox's keys, for tests that post it themselves."""

from __future__ import annotations

from typing import Any

from gateways.codecs import pick, pipe_sha256, rsa_sign
from gateways.vietinbank import NOTIFY_FIELDS
from gateways.vnptpay import CONFIRM_FIELDS
from payments.models import Payment

from .factories import CONTRACTS


def confirm(payment: Payment | str, amount: int | None = None, **changes: Any) -> dict[str, Any]:
    """A CONFIRM of VNPT-Pay: paid in full unless changed."""
    reference = payment if isinstance(payment, str) else payment.merchant_ref
    message = {
        "ACTION": "CONFIRM",
        "RESPONSE_CODE": "00",
        "MERCHANT_SERVICE_ID": CONTRACTS["vnptpay"]["merchant_id"],
        "MERCHANT_ORDER_ID": reference,
        "AMOUNT": payment.amount if amount is None and isinstance(payment, Payment) else amount,
        "CURRENCY_CODE": "VND",
        "VNPTPAY_TRANSACTION_ID": f"VNPT-{reference}",
        "PAYMENT_METHOD": "VIETINBANK",
        "PAY_DATE": "20261123093145",
        "ADDITIONAL_INFO": "",
        **changes,
    }
    values = ["" if message[name] is None else str(message[name]) for name in CONFIRM_FIELDS]
    message["SECURE_CODE"] = pipe_sha256(values, CONTRACTS["vnptpay"]["secrets"]["secret_key"])
    return message


def notify_bill(payment: Payment | str, amount: int | None = None, **changes: Any) -> dict[str, Any]:
    """A notify-bill of VietinBank: a transfer of the full amount unless changed."""
    code = payment if isinstance(payment, str) else payment.merchant_ref
    bank = CONTRACTS["vietinbank"]["bank"]
    message = {
        "msgId": "M1",
        "providerId": bank["provider_id"],
        "transId": f"TX{code}",
        "transTime": "20261123093145",
        "transType": "C",
        "custCode": code,
        "amount": str(payment.amount if amount is None and isinstance(payment, Payment) else amount),
        "bankTransId": f"164T{code[-10:]}",
        "remark": f"CT DEN {code}",
        "recvAcctId": bank["account"],
        "currencyCode": "VND",
        **changes,
    }
    message["signature"] = rsa_sign(pick(message, NOTIFY_FIELDS), bank["bank_private_key"])
    return message
