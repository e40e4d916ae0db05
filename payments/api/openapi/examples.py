"""What requests and answers look like in the API's description: one bill, from its making to its refund.

`tests/payments/api/test_description.py` holds each to the shape it is an example of.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

from gateways import registry

#: Any that is installed: code that all share names no bank.
_GATEWAY = registry.all_slugs()[0]
_LINE = {"code": "A", "kind": "le_phi", "description": "Lệ phí", "amount": 50000}
_SENT = {
    "reference": "HS-2026-0042",
    "agency": "H44.40",
    "payer_name": "Nguyễn Thị Bình",
    "description": "Cấp bản sao trích lục",
}
_PAYMENT = {
    "id": 9001,
    "state": "sent",
    "gateway": _GATEWAY,
    "merchant_ref": "79458423461803",
    "gateway_ref": "",
    "amount": 50000,
    "refunded_amount": 0,
    "pending_refund_amount": 0,
    "remaining_amount": 0,
    "redirect_url": "https://pay.example/79458423461803",
    "qr_text": "",
    "cust_code": None,
    "created_at": "2026-11-30T08:00:05+07:00",
    "expires_at": "2026-11-30T08:15:05+07:00",
    "paid_at": None,
    "checked_at": None,
    "next_check_at": "2026-11-30T08:01:05+07:00",
}
_BILL = {
    "id": 7001,
    "token": "Zk3rD0tJ6mWq2yXv8bNc4g",
    **_SENT,
    "amount": 50000,
    "state": "open",
    "display_state": "not_paid",
    "pay_url": "https://motcua.example/thanh-toan/Zk3rD0tJ6mWq2yXv8bNc4g/",
    "paid_amount": 0,
    "surplus_amount": 0,
    "due_at": None,
    "is_overdue": False,
    "created_at": "2026-11-30T08:00:00+07:00",
    "settled_at": None,
    "lines": [_LINE],
    "payments": [],
    "receipts": [],
}
_REFUND = {
    "id": 501,
    "bill": 7001,
    "payment": 9001,
    "state": "proposed",
    "amount": 50000,
    "reason": "refused",
    "note": "",
    "decision_note": "",
    "gateway_ref": "",
    "proposed_at": "2026-12-02T09:00:00+07:00",
    "decided_at": None,
    "done_at": None,
}
_EVENT = {
    "type": "bill.paid",
    "timestamp": "2026-11-30T01:02:03.456789+00:00",
    "data": {"id": 7001, "reference": "HS-2026-0042", "agency": "H44.40", "amount": 50000, "state": "paid"},
}


def _sent(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Request", value=value, request_only=True)


def _answered(value: dict[str, Any], status: str) -> OpenApiExample:
    return OpenApiExample("Answer", value=value, response_only=True, status_codes=[status])


NEW_BILL = [_sent({**_SENT, "lines": [_LINE]}), _answered(_BILL, "201")]
NEW_PAYMENT = [_sent({"gateway": _GATEWAY}), _answered(_PAYMENT, "201")]
NEW_REFUND = [_sent({"amount": 50000, "remaining_amount": 50000, "reason": "refused"}), _answered(_REFUND, "201")]
NEW_ENDPOINT = [_sent({"url": "https://hospital.example/motcua"})]
EVENT = [OpenApiExample("Event", value=_EVENT)]
