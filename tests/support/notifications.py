"""What the banks send, signed with the sandbox's keys, for tests that post it themselves."""

from __future__ import annotations

from typing import Any

from gateways.codecs.field_signatures import RsaConcatenation, private_key
from gateways.momo import messages
from gateways.vietinbank import messages as vietinbank_messages
from gateways.vietinbank_direct import messages as vietinbank_direct_messages
from gateways.vnpay import messages as vnpay_messages
from gateways.vnptpay import messages as vnptpay_messages
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
    secret = CONTRACTS["vnptpay"]["secrets"]["secret_key"]
    message["SECURE_CODE"] = vnptpay_messages.CONFIRM.sign(message, secret)
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
        "recvAcctId": bank["account"],
        "currencyCode": "VND",
        **changes,
    }
    message.setdefault("remark", f"CT DEN:{message['bankTransId']} {code}")
    key = private_key(bank["bank_private_key"])
    message["signature"] = RsaConcatenation(vietinbank_messages.NOTIFICATION_FIELDS).sign(message, key)
    return message


def direct_confirm(payment: Payment, **changes: Any) -> dict[str, Any]:
    """A confirm of VietinBank's direct payment: successful unless changed, and without an amount."""
    message = {
        "requestId": f"CF{payment.merchant_ref}",
        "confirmTransactionId": payment.merchant_ref,
        "responseCode": "00",
        "responseDesc": "Thanh cong",
        "bankTransactionId": f"BT{payment.merchant_ref}",
        "transTime": "20261123093145",
        "sessionId": "S1",
        **changes,
    }
    key = private_key(CONTRACTS["vietinbank_direct"]["bank"]["bank_private_key"])
    codec = RsaConcatenation(vietinbank_direct_messages.CONFIRM_FIELDS)
    return {**message, "signature": codec.sign(message, key)}


def vnpay_ipn(payment: Payment | str, amount: int | None = None, **changes: Any) -> dict[str, Any]:
    """An IPN of VNPAY, which travels in the query of a GET: paid in full unless changed; `amount` is đồng."""
    reference = payment if isinstance(payment, str) else payment.merchant_ref
    paid = payment.amount if amount is None and isinstance(payment, Payment) else amount
    message = {
        "vnp_Amount": str((paid or 0) * 100),
        "vnp_BankCode": "NCB",
        "vnp_OrderInfo": f"Nop phi {reference}",
        "vnp_PayDate": "20261123093145",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": CONTRACTS["vnpay"]["merchant_id"],
        "vnp_TransactionNo": f"14{reference[-6:]}",
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": reference,
        **changes,
    }
    secret = CONTRACTS["vnpay"]["secrets"]["secret_key"]
    return {**message, "vnp_SecureHash": vnpay_messages.Rules.of().query_string.sign(message, secret)}


def momo_ipn(payment: Payment | str, amount: int | None = None, **changes: Any) -> dict[str, Any]:
    """An IPN of MoMo: paid in full unless changed, numbers as numbers."""
    reference = payment if isinstance(payment, str) else payment.merchant_ref
    message = {
        "partnerCode": CONTRACTS["momo"]["merchant_id"],
        "orderId": reference,
        "requestId": reference,
        "amount": payment.amount if amount is None and isinstance(payment, Payment) else amount,
        "orderInfo": f"Nop phi {reference}",
        "orderType": "momo_wallet",
        "transId": int(f"40{reference[-6:]}"),
        "resultCode": 0,
        "message": "Thành công.",
        "payType": "qr",
        "responseTime": 1795400000000,
        "extraData": "",
        **changes,
    }
    keys = CONTRACTS["momo"]["secrets"]
    signature = messages.IPN.sign({**message, "accessKey": keys["access_key"]}, keys["secret_key"])
    return {**message, "signature": signature}
