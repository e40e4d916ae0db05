"""The messages of MoMo v2 as data: what is signed, in which order, and what the codes mean (docs/reference/momo.md)."""

from __future__ import annotations

from gateways.base import Answer, OutcomeState
from gateways.codecs.hmac import HmacPairs

CREATE = HmacPairs((
    "accessKey", "amount", "extraData", "ipnUrl", "orderId", "orderInfo", "partnerCode", "redirectUrl",
    "requestId", "requestType",
))  # fmt: skip
#: MoMo's documents disagree about `message`; the setting `create_answer_fields` decides for one
#: (docs/reference/gateways.md#what-has-to-be-a-setting).
CREATE_ANSWERS = (
    HmacPairs((
        "accessKey", "amount", "orderId", "partnerCode", "payUrl", "requestId", "responseTime", "resultCode",
    )),
    HmacPairs((
        "accessKey", "amount", "message", "orderId", "partnerCode", "payUrl", "requestId", "responseTime",
        "resultCode",
    )),
)  # fmt: skip
IPN = HmacPairs((
    "accessKey", "amount", "extraData", "message", "orderId", "orderInfo", "orderType", "partnerCode", "payType",
    "requestId", "responseTime", "resultCode", "transId",
))  # fmt: skip
QUERY = HmacPairs(("accessKey", "orderId", "partnerCode", "requestId"))
REFUND = HmacPairs(("accessKey", "amount", "description", "orderId", "partnerCode", "requestId", "transId"))

#: The HTTP status of our answer to an IPN. 204: stored, also when no order or another amount is meant.
ANSWERS = {
    Answer.ACCEPTED: 204,
    Answer.REPLAY: 204,
    Answer.NOT_FOUND: 204,
    Answer.WRONG_AMOUNT: 204,
    Answer.BAD_SIGNATURE: 400,
    Answer.MALFORMED: 400,
    Answer.CONFLICT: 409,
    Answer.ERROR: 500,
    Answer.BUSY: 503,
}

MAINTENANCE = "10"
#: Access, version, key, or format, which MoMo also says of a wrong signature
#: (docs/reference/gateways.md#reported-problems).
CONFIGURATION_CODES = frozenset({"11", "12", "13", "20"})
#: Said at the door: nothing was done.
REFUSED_CODES = frozenset({"21", "22", "42", "45", "47"})
NOT_FOUND = "42"
#: Said of a request, not of the money: a duplicate, one like it is being worked at, an unknown fault.
UNCLEAR_CODES = frozenset({"40", "41", "43", "99"})
#: "Refund failed, try again in about an hour": final, so nothing was given back.
REFUND_LATER = "1080"

#: What resultCode says of money. Everything else, also 99 and 7000, 7002 (T-4), is not final for us.
STATES = (
    {"0": OutcomeState.PAID}
    | dict.fromkeys(("1003", "1006", "1017"), OutcomeState.CANCELLED)
    | dict.fromkeys(
        ("98", "1001", "1002", "1004", "1005", "1007", "1026", "2019", "4001", "4002", "4100"), OutcomeState.FAILED
    )
)
#: Answers to a refund that mean it will never be made, beside those said at the door.
REFUSED_REFUNDS = frozenset({REFUND_LATER, "1081", "1088"}) | {
    code for code, state in STATES.items() if state in (OutcomeState.FAILED, OutcomeState.CANCELLED)
}


def state_of(code: str) -> OutcomeState:
    """Return what a resultCode says of a payment."""
    return STATES.get(code, OutcomeState.PENDING)


def refund_state_of(code: str) -> OutcomeState:
    """Return what a resultCode says of a refund, where PAID means given back."""
    if code == "0":
        return OutcomeState.PAID
    return OutcomeState.FAILED if code in REFUSED_CODES | REFUSED_REFUNDS else OutcomeState.PENDING
