"""Where a refund goes that a person has to transfer: needed before anybody approves it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from agencies.independence import may_check
from agencies.models import AuditEntry, User
from gateways import registry
from gateways.base import Capability
from gateways.internal import Counter
from payments.cash_desk import proof
from payments.errors import NotIndependent, RefundRefused, SamePerson
from payments.merchants import missing
from payments.models import Discrepancy, Payment, Refund
from payments.states import RefundState

#: The audit's name for giving an account later than with the proposal.
GIVEN = "refund_account"


def counter_payment(source: Payment | Discrepancy | None) -> Payment | None:
    """Return the payment at the counter by which the money of a payment or case came; None where a bank took it."""
    payment = source.payment if isinstance(source, Discrepancy) else source
    return payment if payment and payment.gateway == Counter.slug else None


def refuse_unproved(source: Payment | Discrepancy | None, account: str) -> None:
    """Raise RefundRefused where money would go to an account that only a cashier says came at all.

    Cash goes back in cash, a card by the terminal.
    """
    payment = counter_payment(source)
    if payment and account and not proof.is_proved(payment):
        raise RefundRefused(
            _(
                "Chưa hoàn vào tài khoản được: tiền mặt phải đếm xong ca, tiền thẻ phải khớp với tệp của ngân hàng. "
                "Bỏ trống tài khoản để trả lại tại quầy: tiền mặt bằng tiền mặt, thẻ qua chính máy POS."
            )
        )


def is_needed(payment: Payment | None) -> bool:
    """Tell whether money of a payment, or of a case (None), cannot go back the way it came.

    The counter gives back in cash. What a missing gateway can do nobody knows: the refund waits for it.
    """
    if payment is None:
        return True
    if payment.gateway == Counter.slug or missing.named(payment.gateway):
        return False
    return Capability.REFUND not in registry.get(payment.gateway).capabilities


def in_words(payment: Payment | None, *, is_given: bool = False) -> str:
    """Return where money goes back to, a sentence for its payer; `is_given`: the account is known already."""
    if payment and payment.gateway == Counter.slug:
        return _("Nhận lại tiền mặt tại quầy.")
    if is_given:
        return _("Tiền chuyển vào tài khoản bạn đã cho.")
    if is_needed(payment):
        return _("Tiền chuyển vào tài khoản của bạn: gọi số ở cuối trang để cho biết số tài khoản.")
    name = registry.name_of(payment.gateway) if payment else ""
    return _("Tiền về tài khoản hoặc ví bạn đã dùng để nộp qua %(gateway)s.") % {"gateway": name}


def may_be_given(refund: Refund, person: User) -> bool:
    """Tell whether somebody may say now where a refund goes: its maker, or anybody for a connected system."""
    is_open = refund.state in (RefundState.PROPOSED, RefundState.AWAITING_TRANSFER)
    return is_open and not refund.bank_account and refund.maker_id in (None, person.pk)


def check(refund: Refund, person: User) -> None:
    """Raise RefundRefused while nobody has said where the money goes.

    Raises SamePerson when this person has, NotIndependent when it was somebody who is no other head than theirs.
    """
    at_counter = counter_payment(refund.payment or refund.discrepancy)
    refuse_unproved(at_counter, refund.bank_account)
    is_transferred = refund.state == RefundState.AWAITING_TRANSFER and not at_counter
    if not refund.bank_account and (is_transferred or is_needed(refund.payment or at_counter)):
        raise RefundRefused(
            _("Chưa có tài khoản nhận: người đề nghị ghi ngân hàng, số tài khoản và chủ tài khoản trước.")
        )
    given = AuditEntry.objects.filter(subject=f"refund:{refund.pk}", action=GIVEN)
    for giver in User.objects.filter(pk__in=given.values("actor")):
        if giver.pk == person.pk:
            raise SamePerson
        if not may_check(giver, person):
            raise NotIndependent
