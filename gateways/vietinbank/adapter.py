"""VietinBank collection: transfers to a code, notify-bill and inq-bill (docs/reference/vietinbank.md).

The QR is built here, so a payment can start while the bank is down. There is no status
query in this protocol: `query` reads the account's statement instead (docs/reference/vietinbank.md#statement-inquiry).

`settings`: `provider_id`, `merchant_id`, `account`, `account_name`, `bank_bin`, `code_prefix`
(virtual account = prefix + code), `code_length`, `statement_url`; where the contract differs:
`cust_code_has_prefix`, `replay_code`, `debit_types`, `statement_fields`, `code_in_remark` (`settle`: a
transfer without custCode whose signed remark holds one code is for that code; else it is proposed to a
person), those of `messages.Rules` and of `http.Link`. `secrets`: `private_key`, `bank_public_key` (PEM),
`client_id`, `client_secret` (statement), `file_key` (settlement file).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from gateways.base import (
    Answer,
    BadSignature,
    Capability,
    FindBill,
    InquiredBill,
    Malformed,
    MerchantConfig,
    Notification,
    Outcome,
    OutcomeState,
    PaymentOrder,
    QrCode,
    RawRequest,
    RawResponse,
    SentOrder,
    StatementRow,
    WrongRecipient,
)
from gateways.codecs import vietqr
from gateways.codecs.ascii_text import to_ascii
from gateways.codecs.field_signatures import private_key, public_key
from gateways.codecs.timestamps import format_timestamp, parse_timestamp
from gateways.http import Link
from gateways.parsing import read_object, text_of, write_json

from . import messages, statement
from .fields import FIELDS
from .urls import ADDRESSES

logger = logging.getLogger(__name__)

VIETINBANK_BIN = "970415"


class VietinBank:
    """One collection contract with VietinBank."""

    slug = "vietinbank"
    name = "VietinBank"
    fields = FIELDS
    capabilities = frozenset({Capability.QR, Capability.BILL_INQUIRY, Capability.QUERY, Capability.STATEMENT})
    addresses = ADDRESSES

    def __init__(self, config: MerchantConfig) -> None:
        self._settings = config.settings
        self._secrets = config.secrets
        self._provider = str(config.settings["provider_id"])
        self._account = str(config.settings["account"])
        self._prefix = str(config.settings.get("code_prefix", ""))
        self._rules = messages.Rules.from_settings(config.settings)
        self._key = private_key(config.secrets["private_key"])
        self._bank_keys = [
            public_key(secrets["bank_public_key"])
            for secrets in (config.secrets, *config.previous_secrets)
            if "bank_public_key" in secrets
        ]
        self._link = Link.from_settings(config.settings)

    @classmethod
    def merchant_of(cls, request: RawRequest) -> str:
        """Return providerId: at the top of a notify-bill, in the header of an inq-bill. Raises Malformed."""
        message = read_object(request.body)
        return text_of(_part(message, "header").get("providerId", message.get("providerId")))

    def start(self, order: PaymentOrder) -> QrCode:
        """Build the VietQR. Nothing is sent, so nothing can fail but our own configuration."""
        bank_bin = str(self._settings.get("bank_bin", VIETINBANK_BIN))
        account = self._prefix + order.merchant_ref
        transfer = vietqr.Transfer(bank_bin, account, order.amount, order.merchant_ref)
        customer_code = self._rules.code_prefix + order.merchant_ref
        return QrCode(
            text=vietqr.build(transfer),
            cust_code=customer_code,
            bank_bin=bank_bin,
            account=account,
            account_name=str(self._settings["account_name"]),
            purpose=order.merchant_ref,
            request={
                "custCode": customer_code,
                "amount": str(order.amount),
                "createdAt": format_timestamp(order.created_at),
            },
        )

    def verify(self, request: RawRequest) -> Notification:
        """notify-bill. The account and currency are not signed: they are passed on to be checked.

        See docs/reference/vietinbank.md#notify-bill.

        A debit is a notification of state NOT_FOUND under a key of its own: it says nothing about
        any payment, and since its mark is not signed it must not shadow a credit either.
        """
        message = read_object(request.body)
        if not self._rules.notification.is_signed(message, text_of(message.get("signature")), self._bank_keys):
            raise BadSignature(self.slug)
        fields = self._rules.pin_borders(message)
        if text_of(message.get("providerId")) != self._provider:
            raise WrongRecipient("not for this provider")
        code = self._rules.code_of(fields["custCode"]) or ""
        if not code and self._settings.get("code_in_remark") == "settle":
            code = self._rules.code_in(fields["remark"])
        kind = text_of(message.get("transType"))
        is_debit = kind in self._settings.get("debit_types", ("D",))
        return Notification(
            gateway=self.slug,
            event_key=f"{fields['transId']}:{kind}" if is_debit else fields["transId"],
            merchant_ref=code,
            gateway_ref=fields["bankTransId"] or fields["transId"],
            state=OutcomeState.NOT_FOUND if is_debit else OutcomeState.PAID,
            amount=int(fields["amount"]),
            currency=text_of(message.get("currencyCode")) or None,
            occurred_at=_moment(fields["transTime"]),
            account=self._receiving_account(message, code),
            is_transfer=True,
            facts=message,
        )

    def answer(self, request: RawRequest, notification: Notification | None, result: Answer) -> RawResponse:
        """Answer a notify-bill, always signed. The protocol has no word for busy, so HTTP says it."""
        if notification and notification.state == OutcomeState.NOT_FOUND and result == Answer.NOT_FOUND:
            result = Answer.ACCEPTED  # a debit: taken note of, and no reason to send it again
        if result == Answer.REPLAY:
            code, description = self._settings.get("replay_code", "00"), messages.REPLAY_DESCRIPTION
        else:
            code, description = messages.NOTIFICATION_ANSWERS[result]
        body = {
            "transId": _told_identity(request),
            "providerId": self._provider,
            "errorCode": code,
            "errorDesc": description,
        }
        body["signature"] = self._rules.notification_answer.sign(body, self._key)
        return RawResponse(body=write_json(body), status=503 if result == Answer.BUSY else 200)

    def inquire(self, request: RawRequest, find_bill: FindBill) -> RawResponse:
        """Answer an inq-bill: whatever happens, HTTP 200 and signed, and what was sent is echoed.

        See docs/reference/vietinbank.md#inq-bill.
        """
        header: Mapping[str, Any] = {}
        inquiry: Mapping[str, Any] = {}
        bill = None
        try:
            message = read_object(request.body)
            header, inquiry = _part(message, "header"), _part(message, "data")
            code, bill = self._find(header, inquiry, find_bill)
        except Malformed:
            code = "99"
        except Exception:  # the bank must get an answer it can read, also while we are in trouble
            logger.exception("an inq-bill could not be answered")
            code = "99"
        return self._inquiry_answer(header, inquiry, code, bill)

    def query(self, order: SentOrder) -> Outcome:
        """Look for the transfer in the account's statement since the code was given out.

        See docs/reference/vietinbank.md#statement-inquiry.
        """
        since = parse_timestamp(str(order.request.get("createdAt", ""))) or order.created_at
        now = datetime.now(UTC)
        answered = self._link.post(
            str(self._settings["statement_url"]),
            statement.request(self._settings, since or now - timedelta(days=90), now),
            {
                "X-IBM-Client-Id": self._secrets.get("client_id", ""),
                "X-IBM-Client-Secret": self._secrets.get("client_secret", ""),
            },
        )
        names = statement.FIELDS | self._settings.get("statement_fields", {})
        return statement.find(answered, names, order, self._prefix + order.merchant_ref)

    def statement(self, file: BinaryIO) -> Iterator[StatementRow]:
        """Read the settlement file (docs/reference/vietinbank.md#settlement-file). Raises Malformed."""
        return statement.read_file(file, self._secrets.get("file_key", ""), self._rules.code_of)

    def _find(
        self, header: Mapping[str, Any], inquiry: Mapping[str, Any], find_bill: FindBill
    ) -> tuple[str, InquiredBill | None]:
        if not self._rules.inquiry.is_signed(inquiry, text_of(header.get("signature")), self._bank_keys):
            return "01", None
        if not text_of(inquiry.get("transId")):
            raise Malformed("no transId")
        code = self._rules.code_of(text_of(inquiry.get("custCode")))
        bill = find_bill(code) if code else None
        return ("00", bill) if bill and bill.is_payable else ("02", None)

    def _inquiry_answer(
        self, header: Mapping[str, Any], inquiry: Mapping[str, Any], code: str, bill: InquiredBill | None
    ) -> RawResponse:
        details: dict[str, Any] = {
            "transId": _echo(inquiry, "transId"),
            "channelId": _echo(inquiry, "channelId"),
            "transTime": _echo(inquiry, "transTime"),
            "custCode": _echo(inquiry, "custCode"),
            "custName": to_ascii(bill.payer_name, 100).upper() if bill else "",
            "billId": to_ascii(bill.reference, 50) if bill else None,
            "amount": str(bill.amount) if bill else "",
            "amountMin": None,
        }
        signature = self._rules.inquiry_answer.sign({**details, "errorCode": code}, self._key)
        copied = ("msgId", "channelId", "gatewayId", "productId", "recordNum", "version", "language")
        body = {
            "header": {
                **{name: _echo(header, name) for name in copied},
                "msgType": "1110",
                "providerId": self._provider,
                "merchantId": str(self._settings.get("merchant_id", "")),
                "timestamp": format_timestamp(datetime.now(UTC)),
                "signature": signature,
            },
            "data": {
                "errors": {"errorCode": code, "errorDesc": messages.INQUIRY_DESCRIPTIONS[code]},
                "details": details,
            },
        }
        return RawResponse(body=write_json(body))

    def _receiving_account(self, message: Mapping[str, Any], code: str) -> str:
        """Return the account the money reached; the virtual account of the code is our account."""
        virtual = text_of(message.get("recvVirtualAcctId"))
        if virtual and virtual != self._prefix + code:
            return virtual
        return text_of(message.get("recvAcctId")) or (self._account if virtual else "")


def _part(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = message.get(name)
    return part if isinstance(part, dict) else {}


def _echo(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    return str(value) if isinstance(value, str) else ""


def _told_identity(request: RawRequest) -> str:
    try:
        return _echo(read_object(request.body), "transId")[:50]
    except Malformed:
        return ""


def _moment(text: str) -> datetime | None:
    """Read transTime: yyyyMMddHHmmss, or MMddyyyyHHmmss as production sent it too.

    See docs/reference/vietinbank.md#inq-bill.
    """
    return parse_timestamp(text) or parse_timestamp(text, "%m%d%Y%H%M%S")
