"""Where a refund goes that a person has to transfer: needed before anybody approves it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from agencies.independence import may_check
from agencies.models import AuditEntry, User
from gateways import registry
from gateways.base import Capability
from gateways.internal import Counter
from payments.errors import NotIndependent, RefundRefused, SamePerson
from payments.merchants import missing
from payments.models import Payment, Refund
from payments.states import RefundState

#: The audit's name for giving an account later than with the proposal.
GIVEN = "refund_account"


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
    is_cash = refund.payment is not None and refund.payment.gateway == Counter.slug
    is_transferred = refund.state == RefundState.AWAITING_TRANSFER and not is_cash
    if not refund.bank_account and (is_transferred or is_needed(refund.payment)):
        raise RefundRefused(
            _("Chưa có tài khoản nhận: người đề nghị ghi ngân hàng, số tài khoản và chủ tài khoản trước.")
        )
    given = AuditEntry.objects.filter(subject=f"refund:{refund.pk}", action=GIVEN)
    for giver in User.objects.filter(pk__in=given.values("actor")):
        if giver.pk == person.pk:
            raise SamePerson
        if not may_check(giver, person):
            raise NotIndependent
