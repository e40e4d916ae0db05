"""VietinBank collection: transfers to a virtual account (VietQR), inq-bill and notify-bill (gateways.md 3).

The base string has no separators, so a valid signature does not fix where one field ends
and the next begins (3.1). Each field must therefore fit its own pattern, the customer
code has one length, and the amount is compared with the bill by whoever applies it.

Settings: `provider_id`, `merchant_id`, `account`, `accounts`, `account_name`, `bank_bin`,
`virtual_prefix`, `code_length`, `base_url`, `client_id`, `inquiry_has_channel`,
`duplicate_code`. Secrets: `private_key` (ours), `bank_public_key`, `client_secret`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import vietqr
from .base import (
    Answer,
    BadSignature,
    Capability,
    FindBill,
    Malformed,
    MerchantConfig,
    Notice,
    Outcome,
    OutcomeState,
    PaymentOrder,
    QrCode,
    RawRequest,
    RawResponse,
    SentOrder,
)
from .codecs import pick, read_amount, read_object, read_stamp, rsa_sign, rsa_verify, text
from .http import post_json

NOTIFY_FIELDS = ["transId", "transTime", "custCode", "amount", "bankTransId", "remark"]
NOTIFY_ANSWER_FIELDS = ["transId", "errorCode", "errorDesc"]
INQUIRY_FIELDS = ["transId", "transTime", "custCode"]
FACT_FIELDS = [*NOTIFY_FIELDS, "transType", "currencyCode", "recvAcctId", "recvVirtualAcctId", "sendAcctName"]

ANSWERS = {
    Answer.ACCEPTED: ("00", "Thanh cong"),
    Answer.REPLAY: ("00", "Thanh cong"),
    Answer.BAD_SIGNATURE: ("01", "Sai chu ky"),
    Answer.NOT_FOUND: ("02", "Khong ton tai ma khach hang"),
    Answer.WRONG_AMOUNT: ("03", "Sai so tien"),
}
OTHER_ANSWER = ("99", "Loi khac")
_TRANSACTION = re.compile(r"[A-Za-z0-9._-]{6,30}")
_TIME = re.compile(r"[0-9]{14}")
_CURRENCIES = ("", "VND")


class VietinBank:
    """One collection contract with VietinBank."""

    slug = "vietinbank"
    name = "VietinBank (VietQR)"
    capabilities = frozenset({Capability.QR, Capability.BILL_INQUIRY, Capability.QUERY})

    def __init__(self, config: MerchantConfig) -> None:
        self.settings: Mapping[str, Any] = config.settings
        self.private_key = config.secrets.get("private_key", "")
        self.client_secret = config.secrets.get("client_secret", "")
        keys = [config.secrets, *config.previous_secrets]
        self.bank_keys = [key["bank_public_key"] for key in keys if key.get("bank_public_key")]
        self.code_pattern = re.compile(rf"[0-9]{{{int(config.settings.get('code_length', 14))}}}")

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return providerId as the message claims it. Raises Malformed."""
        message = read_object(request.body)
        header = message.get("header")
        return text((header if isinstance(header, dict) else message).get("providerId"))

    def start(self, order: PaymentOrder) -> QrCode:
        """Build the VietQR here: nothing is asked of the bank, so it cannot be down."""
        account = f"{self.settings.get('virtual_prefix', '')}{order.merchant_ref}"
        bank_bin = str(self.settings.get("bank_bin", "970415"))
        return QrCode(
            text=vietqr.build(bank_bin, account, order.amount, order.merchant_ref),
            cust_code=order.merchant_ref,
            bank_bin=bank_bin,
            account=account,
            account_name=str(self.settings.get("account_name", "")),
            purpose=order.merchant_ref,
            request={"custCode": order.merchant_ref, "amount": order.amount},
        )

    def verify(self, request: RawRequest) -> Notice:
        """notify-bill. A debit (transType D) is never money for us. Raises BadSignature, Malformed."""
        message = read_object(request.body)
        values = pick(message, NOTIFY_FIELDS)
        self._check_signature(values, text(message.get("signature")))
        facts = dict(zip(FACT_FIELDS, pick(message, FACT_FIELDS), strict=True))
        amount = read_amount(facts["amount"])
        if amount is None or not _TIME.fullmatch(facts["transTime"]) or not facts["transId"]:
            raise Malformed("amount, transTime or transId")
        if facts["bankTransId"] and not _TRANSACTION.fullmatch(facts["bankTransId"]):
            raise Malformed("bankTransId")
        if not self.code_pattern.fullmatch(facts["custCode"]):
            # Money for a code we never gave out is kept as such, whatever its length pretends.
            facts["custCode"] = ""
        is_debit = facts["transType"] == "D"
        return Notice(
            gateway=self.slug,
            event_key=facts["transId"][:140],
            merchant_ref=facts["custCode"],
            gateway_ref=facts["bankTransId"] or facts["transId"],
            state=OutcomeState.NOT_FOUND if is_debit else OutcomeState.PAID,
            amount=amount,
            currency=facts["currencyCode"],
            occurred_at=read_stamp(facts["transTime"]),
            account=facts["recvAcctId"],
            is_transfer=True,
            facts=facts,
        )

    def answer(self, request: RawRequest, notice: Notice | None, result: Answer) -> RawResponse:
        """HTTP 200, signed over transId + errorCode + errorDesc (gateways.md 3.3)."""
        code, description = ANSWERS.get(result, OTHER_ANSWER)
        if result == Answer.REPLAY:
            code = str(self.settings.get("duplicate_code", code))
        message = {
            "transId": self._trans_id(request),
            "providerId": str(self.settings["provider_id"]),
            "errorCode": code,
            "errorDesc": description,
        }
        message["signature"] = rsa_sign(pick(message, NOTIFY_ANSWER_FIELDS), self.private_key)
        return RawResponse(json.dumps(message).encode())

    def query(self, order: SentOrder) -> Outcome:
        """Look for the transfer in the account's statement (gateways.md 3.11). Raises as `start`."""
        answer = post_json(
            f"{self.settings['base_url']}/erp/v1/statement/inquiry",
            {"accountNumber": self.settings["account"], "custCode": order.merchant_ref},
            headers={
                "X-IBM-Client-Id": str(self.settings.get("client_id", "")),
                "X-IBM-Client-Secret": self.client_secret,
            },
            settings=self.settings,
        )
        rows = answer.get("transactions")
        for row in rows if isinstance(rows, list) else []:
            amount = read_amount(text(row.get("credit")))
            if amount and text(row.get("virtualAccount")).endswith(order.merchant_ref):
                return Outcome(
                    state=OutcomeState.PAID,
                    amount=amount,
                    gateway_ref=text(row.get("trxId")),
                    occurred_at=read_stamp(text(row.get("transTime"))),
                    currency=text(row.get("curency")),
                    facts={name: str(value) for name, value in row.items()},
                )
        return Outcome(OutcomeState.NOT_FOUND)

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """inq-bill: always HTTP 200 and signed; unknown fields are tolerated (gateways.md 3.2)."""
        try:
            message = read_object(request.body)
            header, data = message.get("header") or {}, message.get("data") or {}
            values = pick(data, INQUIRY_FIELDS)
            signature = text(header.get("signature"))
        except (Malformed, AttributeError):
            return self._inquiry_answer({}, {}, "99", "Du lieu khong hop le")
        try:
            self._check_signature(values, signature)
        except BadSignature:
            return self._inquiry_answer(header, data, "01", "Sai chu ky")
        if not all(values):
            return self._inquiry_answer(header, data, "99", "Thieu du lieu")
        bill = find_bill(values[2]) if self.code_pattern.fullmatch(values[2]) else None
        if bill is None or not bill.is_payable:
            return self._inquiry_answer(header, data, "02", "Khong co khoan phai nop")
        details = {"custName": bill.payer_name, "billId": bill.reference, "amount": str(bill.amount)}
        return self._inquiry_answer(header, data, "00", "Thanh cong", details)

    def _inquiry_answer(
        self,
        header: Mapping[str, Any],
        data: Mapping[str, Any],
        code: str,
        description: str,
        found: Mapping[str, str] | None = None,
    ) -> RawResponse:
        details = {
            "transId": data.get("transId"),
            "transTime": data.get("transTime"),
            "custCode": data.get("custCode"),
            "custName": "",
            "billId": "",
            "amount": "",
            **(found or {}),
        }
        names = ["transId", "transTime", "custCode", "custName", "billId", "amount"]
        if self.settings.get("inquiry_has_channel"):
            names.insert(1, "channelId")
        signed = [text(value) for value in ({**details, "channelId": data.get("channelId")}[n] for n in names)]
        echoed = ("msgId", "channelId", "gatewayId", "providerId", "merchantId", "productId", "timestamp")
        answer = {
            "header": {
                **{name: header.get(name) for name in echoed},
                "msgType": "1110",
                "signature": rsa_sign([*signed, code], self.private_key),
            },
            "data": {
                "errors": {"errorCode": code, "errorDesc": description},
                "details": {**details, "amountMin": None},
            },
        }
        return RawResponse(json.dumps(answer, ensure_ascii=False).encode())

    def _check_signature(self, values: Sequence[str], signature: str) -> None:
        if not any(rsa_verify(values, signature, key) for key in self.bank_keys):
            raise BadSignature(self.slug)

    @staticmethod
    def _trans_id(request: RawRequest) -> str:
        try:
            return text(read_object(request.body).get("transId"))
        except Malformed:
            return ""
