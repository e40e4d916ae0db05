"""The banks' side of a story: what our adapter would have sent, what the bank tells us, signed as the bank signs.

The product's adapters write the requests and read the notifications; only the network between is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from devtools.province.scene import Contract
from devtools.sandbox.clock import at as bank_time
from devtools.sandbox.plugins import sandboxes
from gateways import base
from gateways.codecs.field_signatures import RsaConcatenation, private_key
from gateways.codecs.timestamps import format_timestamp
from gateways.vietinbank.messages import NOTIFICATION_FIELDS
from gateways.vietinbank_direct.messages import CONFIRM_FIELDS
from gateways.vietinbank_direct.sandbox_messages import RESULTS
from payments.models.notifications import NotificationSource

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_AGENT = "python-requests/2.34.2"
_METHODS = ("VietinBank", "Vietcombank", "BIDV", "Agribank", "Ví VNPT Money")
#: What a bank keeps of an order to answer questions about it, and what each protocol calls that.
_KEPT = {
    "description": ("vnp_OrderInfo", "orderInfo", "DESCRIPTION", "ThongTinGiaoDich", "remark"),
    "created": ("CREATE_DATE", "ThoiGianGD", "vnp_CreateDate"),
    "session": ("sessionId",),
}
PORTAL_IP = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as our adapter read it, and as it came."""

    news: base.Notification
    request: base.RawRequest | None = None
    source: str = NotificationSource.CALLBACK


def reference(rng: Random, contract: Contract, moment: datetime) -> str:
    """Return a reference of ours as `checkout.start` makes it."""
    if contract.gateway == "vietinbank":
        return "".join(rng.choices("0123456789", k=int(contract.settings.get("code_length", 14))))
    return f"MC{bank_time(moment.timestamp()):%y%m%d}" + "".join(rng.choices(_LETTERS, k=14))


def bank_reference(rng: Random, contract: Contract, moment: datetime) -> str:
    """Return the bank's own number of a transaction, in its shape."""
    if contract.gateway == "vietinbank":
        return f"{rng.randint(100, 999)}T{bank_time(moment.timestamp()):%y%j}{rng.randrange(16**7):07X}"
    number = str(rng.randrange(10**11, 10**12))  # longer than the sandbox's: a million of them, and none twice
    return number if contract.gateway in ("vnpay", "momo") else f"{contract.gateway[:4].upper()}{number}"


def start(contract: Contract, order: base.PaymentOrder, session: str) -> dict[str, Any]:
    """Return the columns of a payment that say what was sent, as `checkout.start` records them."""
    answer = _starter(contract).start(order, session)
    if isinstance(answer, base.Redirect):
        return {"request": dict(answer.request), "redirect_url": answer.url}
    return {
        "request": dict(answer.request),
        "qr_text": answer.text,
        "qr_details": {
            "cust_code": answer.cust_code,
            "bank_bin": answer.bank_bin,
            "account": answer.account,
            "account_name": answer.account_name,
            "purpose": answer.purpose,
        },
    }


class _Starter:
    """An adapter of its own whose requests are answered by what the bank would say."""

    def __init__(self, contract: Contract) -> None:
        adapter: Any = contract.adapter
        self._adapter = type(adapter)(_config_of(contract))
        self._bank = _origin(contract)
        self._gateway = contract.gateway
        if contract.gateway == "momo":
            self._adapter._call = self._momo
            self._adapter._is_genuine_order = lambda answered: True
        elif contract.gateway not in ("vietinbank", "vnpay"):
            self._adapter._call = self._answer
        self._session = ""

    def start(self, order: base.PaymentOrder, session: str) -> base.Redirect | base.QrCode:
        self._session = session
        found: base.Redirect | base.QrCode = self._adapter.start(order)
        return found

    def _momo(self, operation: str, rule: Any, message: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        return {"payUrl": f"{self._bank}/momo/pay/{message['orderId']}"}, "0"

    def _answer(self, url: str, codec: Any, message: Mapping[str, Any]) -> dict[str, Any]:
        if self._gateway == "vietinbank_direct":
            page = f"{self._bank}/{self._gateway}/pay/{self._session}"
            return {"responseCode": "00", "redirectUrl": page, "sessionId": self._session}
        names = self._adapter.dialect
        return {names.code: "00", names.url: f"{self._bank}/{self._gateway}/pay/{message[names.order]}"}


def _config_of(contract: Contract) -> base.MerchantConfig:
    return base.MerchantConfig(settings=contract.settings, secrets=contract.secrets)


def _origin(contract: Contract) -> str:
    url = next(
        str(value) for name, value in contract.settings.items() if name.endswith("_url") and "result" not in name
    )
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


#: Each with its contract, so that no other contract comes to the same id.
_STARTERS: dict[int, tuple[Contract, _Starter]] = {}


def _starter(contract: Contract) -> _Starter:
    if id(contract) not in _STARTERS:
        _STARTERS[id(contract)] = contract, _Starter(contract)
    return _STARTERS[id(contract)][1]


def _first(request: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((request[name] for name in names if request.get(name)), None)


def transaction(
    rng: Random,
    contract: Contract,
    payment: Mapping[str, Any],
    moment: datetime,
    outcome: str,
    amount: int | None = None,
) -> dict[str, Any]:
    """Return what the bank's books say of an attempt: a row of the sandbox's `transactions`."""
    request = payment["request"]
    detail: dict[str, Any] = {"changes": {}}
    if contract.gateway != "vietinbank":
        detail = {name: value for name, keys in _KEPT.items() for value in [_first(request, keys)] if value}
        if outcome != "open":
            detail["method"] = rng.choice(_METHODS)
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return {
        "_contract": contract,
        "id": rng.randrange(10**6),
        "gateway": contract.gateway,
        "ref": payment["merchant_ref"],
        "bank_ref": bank_reference(rng, contract, moment)
        if outcome == "paid" or contract.gateway != "vietinbank"
        else "",
        "amount": payment["amount"] if amount is None else amount,
        "state": outcome,
        "created_at": payment["created_at"].timestamp(),
        "paid_at": whole.timestamp() if outcome == "paid" else None,
        "detail": detail,
    }


def notification(contract: Contract, told: dict[str, Any]) -> Told:
    """Return the callback about a transaction, signed by the bank and read by our adapter."""
    request = message(contract, told)
    return Told(contract.adapter.verify(request), request)


def message(contract: Contract, told: dict[str, Any]) -> base.RawRequest:
    """Return the callback about a transaction as the bank sends it, signed."""
    if contract.gateway == "vietinbank":
        fields = _vietinbank(told, contract.bank)
    elif contract.gateway == "vietinbank_direct":
        fields = _vietinbank_direct(told, contract.bank)
    else:
        fields = sandboxes()[contract.gateway].messages.notification(told, dict(contract.bank))
    sent = sandboxes()[contract.gateway].messages.envelope(fields, dict(contract.bank))
    body = sent.get("data", b"")
    return base.RawRequest(
        "POST" if "data" in sent else "GET",
        f"/gateways/{contract.gateway}/notify",
        sent.get(
            "params", "merchant=" + str(contract.bank["merchant_id"]) if contract.gateway == "vietinbank_direct" else ""
        ),
        {"User-Agent": _AGENT, **sent.get("headers", {})},
        body if isinstance(body, bytes) else str(body).encode(),
        PORTAL_IP,
    )


def asked(contract: Contract, told: Mapping[str, Any], *, with_time: bool = True) -> Told:
    """Return what a status query learnt of a transaction, as `status_queries.query` hands it on."""
    state = base.OutcomeState(told["state"])
    key = f"query:{told['ref']}:{told['bank_ref']}:{state}:{told['amount']}"
    news = base.Notification(
        gateway=contract.gateway,
        event_key=key,
        merchant_ref=told["ref"],
        gateway_ref=told["bank_ref"],
        state=state,
        amount=told["amount"],
        currency=None if contract.gateway != "vietinbank" else "VND",
        occurred_at=bank_time(told["paid_at"]) if with_time and told["paid_at"] else None,
        is_transfer=contract.gateway == "vietinbank",
        facts={"bankTransactionId": told["bank_ref"]} if contract.gateway == "vietinbank_direct" else {},
    )
    return Told(news, None, NotificationSource.QUERY)


def digest(news: base.Notification) -> str:
    """Return the digest of what decides, as the inbox keeps it (`payments.callbacks.inbox`)."""
    decisive = (news.merchant_ref, news.gateway_ref, str(news.state), news.amount, news.currency, news.account)
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()


def _vietinbank(told: Mapping[str, Any], bank: Mapping[str, Any]) -> dict[str, Any]:
    code, bank_ref = told["ref"], told["bank_ref"]
    message = {
        "msgId": f"MSG{told['id']}",
        "providerId": bank["provider_id"],
        "transId": f"TX{bank_ref}",
        "transTime": format_timestamp(bank_time(told["paid_at"])),
        "transType": "C",
        "custCode": code,
        "sendBankId": "970436",
        "sendAcctId": "0011001234567",
        "sendAcctName": "NGUYEN VAN A",
        "recvAcctId": bank["account"],
        "recvAcctName": bank["account_name"],
        "recvVirtualAcctId": bank["code_prefix"] + code,
        "amount": str(told["amount"]),
        "bankTransId": bank_ref,
        "remark": f"CT DEN:{bank_ref} {code}",
        "currencyCode": "VND",
    }
    return {
        **message,
        "signature": RsaConcatenation(NOTIFICATION_FIELDS).sign(message, private_key(bank["bank_private_key"])),
    }


def _vietinbank_direct(told: Mapping[str, Any], bank: Mapping[str, Any]) -> dict[str, Any]:
    code, text = RESULTS[told["state"]]
    message = {
        "requestId": f"CF{told['id']}{told['bank_ref']}",
        "confirmTransactionId": told["ref"],
        "responseCode": code,
        "responseDesc": text,
        "bankTransactionId": told["bank_ref"],
        "transTime": format_timestamp(bank_time(told["paid_at"] or told["created_at"])),
        "sessionId": told["detail"]["session"],
    }
    codec = RsaConcatenation(CONFIRM_FIELDS, bank["hash_to_portal"])
    return {**message, "signature": codec.sign(message, private_key(bank["bank_private_key"]))}
