"""The messages of VNPAY as data: what is signed, in which order, and what the codes mean (docs/reference/vnpay.md)."""

from __future__ import annotations

from dataclasses import dataclass

from gateways.base import Answer, OutcomeState
from gateways.codecs.hmac import HmacPipe, HmacQuery

SIGNATURE = "vnp_SecureHash"
UNSIGNED = (SIGNATURE, "vnp_SecureHashType")

QUERY_FIELDS = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TxnRef", "vnp_TransactionDate",
    "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
REFUND_FIELDS = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TransactionType", "vnp_TxnRef",
    "vnp_Amount", "vnp_TransactionNo", "vnp_TransactionDate", "vnp_CreateBy", "vnp_CreateDate", "vnp_IpAddr",
    "vnp_OrderInfo",
)  # fmt: skip
REFUND_ANSWER_FIELDS = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode", "vnp_TxnRef", "vnp_Amount",
    "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo", "vnp_TransactionType", "vnp_TransactionStatus",
    "vnp_OrderInfo",
)  # fmt: skip
QUERY_ANSWER_FIELDS = (*REFUND_ANSWER_FIELDS, "vnp_PromotionCode", "vnp_PromotionAmount")


@dataclass(frozen=True, slots=True)
class Rules:
    """The signing rules of one merchant account: the hash is a property of the account.

    See docs/reference/gateways.md#reported-problems.
    """

    query_string: HmacQuery
    query: HmacPipe
    query_answer: HmacPipe
    refund: HmacPipe
    refund_answer: HmacPipe

    @classmethod
    def of(cls, hash_name: str = "sha512") -> Rules:
        """Return the rules with `hash_name` (`sha512` or `sha256`)."""
        return cls(
            query_string=HmacQuery("vnp_", UNSIGNED, hash_name),
            query=HmacPipe(QUERY_FIELDS, hash_name),
            query_answer=HmacPipe(QUERY_ANSWER_FIELDS, hash_name),
            refund=HmacPipe(REFUND_FIELDS, hash_name),
            refund_answer=HmacPipe(REFUND_ANSWER_FIELDS, hash_name),
        )


#: What we say to an IPN. VNPAY stops at 00 and 02, which also means "noted" for a failed payment (T-9).
ANSWERS = {
    Answer.ACCEPTED: ("00", "Confirm Success"),
    Answer.NOT_FOUND: ("01", "Order not found"),
    Answer.REPLAY: ("02", "Order already confirmed"),
    Answer.WRONG_AMOUNT: ("04", "Invalid amount"),
    Answer.BAD_SIGNATURE: ("97", "Invalid signature"),
    Answer.CONFLICT: ("99", "Same transaction with other content"),
    Answer.MALFORMED: ("99", "Invalid request"),
    Answer.BUSY: ("99", "Busy, please send again"),
    Answer.ERROR: ("99", "Unknown error"),
}

#: vnp_ResponseCode to what we ask: our terminal or key is wrong, so nothing was done.
CONFIGURATION_CODES = frozenset({"02", "97"})
NOT_FOUND = "91"
#: A refund VNPAY will not make: format, no such payment, payment was not successful.
REFUSED_REFUNDS = frozenset({"03", NOT_FOUND, "95"})

_CANCELLED_BY_PAYER = "24"
_SUSPECTED_FRAUD = "07"
#: vnp_TransactionStatus of a refund (TransactionType 02, 03). 05 and 06 are on their way.
REFUND_STATES = {"00": OutcomeState.PAID, "02": OutcomeState.FAILED, "09": OutcomeState.FAILED}
#: vnp_TransactionType
PAYMENT, FULL_REFUND, PARTIAL_REFUND = "01", "02", "03"


def payment_state(status: str, code: str | None = None) -> OutcomeState:
    """Return what vnp_TransactionStatus says of a payment, in an IPN together with vnp_ResponseCode.

    Paid only when both say so. Statuses 04 and 07 and code 07 are "debited, not final" (T-4):
    they, contradictions, and undocumented codes stay pending until a person has looked.
    """
    if status == "00" and code in ("00", None):
        return OutcomeState.PAID
    if status == "02" and code not in ("00", _SUSPECTED_FRAUD):
        return OutcomeState.CANCELLED if code == _CANCELLED_BY_PAYER else OutcomeState.FAILED
    return OutcomeState.PENDING
