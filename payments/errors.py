"""Errors of bills and payments. Views map them to pages and problem documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Payment


class PaymentsError(Exception):
    """Base of what this app raises on purpose."""


class IllegalTransition(PaymentsError):
    """A state cannot follow another: a defect of ours, never the payer's."""

    def __init__(self, subject: str, before: str, after: str) -> None:
        super().__init__(f"{subject} cannot go from {before} to {after}")


class BillHeld(PaymentsError):
    """The bill is open, but nobody should pay it for now; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BillNotPayable(PaymentsError):
    """The bill is paid, waived or cancelled: there is nothing to pay."""


class GatewayNotOffered(PaymentsError):
    """No enabled merchant account of this gateway serves the agency."""


class PaymentNotStarted(PaymentsError):
    """The gateway could not be reached or said no; no money can have moved."""


class GatewayRefusedPayment(PaymentNotStarted):
    """The gateway said no to this payment: asking it again changes nothing. `code` and `reason` are its own words."""

    def __init__(self, gateway: str, code: str, reason: str) -> None:
        super().__init__(gateway)
        self.code = code
        self.reason = reason


class AmountOutsideLimits(GatewayNotOffered):
    """The gateway takes no such sum: from `least` to `most`, whole đồng; None for no limit."""

    def __init__(self, gateway: str, least: int | None, most: int | None) -> None:
        super().__init__(gateway)
        self.least = least
        self.most = most


class AnotherUnderWay(PaymentsError):
    """Other attempts may still bring money: `payments` are those the payer does not know of yet."""

    def __init__(self, payments: Sequence[Payment]) -> None:
        super().__init__(", ".join(payment.merchant_ref for payment in payments))
        self.payments = payments


class NothingToClaim(PaymentsError):
    """The money of this attempt has arrived: there is nothing to look for."""


class TooManyClaims(PaymentsError):
    """One bill, or one network address, says too often that it was charged."""


class BillHasMoney(PaymentsError):
    """The bill has a payment that is paid or may be: it cannot be cancelled or waived now."""


class InvalidBill(PaymentsError):
    """What was asked for is not a bill: amounts, lines or the agency are wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class IdempotencyConflict(PaymentsError):
    """The same Idempotency-Key came before with another body."""


class RequestInProgress(PaymentsError):
    """The same Idempotency-Key is being answered right now."""


class RefundRefused(PaymentsError):
    """This money may not be given back so. `message` is for people, with the legal text if there is one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ReallocationRefused(PaymentsError):
    """This money may not be moved so. `message` is for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RemainingChanged(PaymentsError):
    """What can be refunded is not what the caller saw: somebody was faster. `remaining` is the truth now."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"{remaining} đồng can be refunded now")
        self.remaining = remaining


class SamePerson(PaymentsError):
    """Maker and checker must be two people."""


class NotIndependent(SamePerson):
    """One of maker and checker gave the other the account or the role by which they act."""


class StatementRefused(PaymentsError):
    """A bank's file cannot be taken. `message` says which line and why; nothing of it was kept."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AlreadyDecided(PaymentsError):
    """Somebody has decided on this case before."""


class StatementDecided(AlreadyDecided):
    """Somebody has sent this file on, confirmed it or thrown it away before."""


class NotUploader(PaymentsError):
    """Only who sent a file in sends it on to a second person."""


class DayNotClosable(PaymentsError):
    """A day still has differences without a discrepancy. `unexplained` is how much, whole đồng."""

    def __init__(self, unexplained: int) -> None:
        super().__init__(f"{unexplained} đồng are not explained")
        self.unexplained = unexplained


class ShiftNotOpen(PaymentsError):
    """The cashier has no open shift: nobody would know whose drawer the money is in."""


class TerminalReferenceUsed(PaymentsError):
    """A card terminal's reference was booked before; `payment` is the one it was booked for."""

    def __init__(self, payment: Payment) -> None:
        super().__init__(payment.merchant_ref)
        self.payment = payment


class PaymentMayBeUnderWay(PaymentsError):
    """Money came for this bill, or may be coming: taking money now may collect twice. `reasons` are for the cashier."""

    def __init__(self, reference: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(reference)
        self.reasons = tuple(reasons)


class AddressRefused(PaymentsError):
    """We do not call this address. `message` says why, for the client."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TooManyEndpoints(PaymentsError):
    """The client has as many webhook endpoints as it may: remove one first."""


class EndpointStopped(PaymentsError):
    """Nothing is sent to this endpoint any more: its receiver answered 410, or a person stopped it."""


class SecretsRefused(PaymentsError):
    """The gateway's adapter cannot work with these keys, or they are unchanged. `message` says which and why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ContractOverlaps(PaymentsError):
    """Another contract of the same agency and gateway takes new payments in the same time."""


class ChangeUnderWay(PaymentsError):
    """Another change of this contract waits for a second person or for its day: it takes effect or is stopped first."""


class RotationUnderWay(PaymentsError):
    """The keys before the present ones still count until `until`: a second change would forget them."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until:%Y-%m-%d %H:%M}")
        self.until = until
