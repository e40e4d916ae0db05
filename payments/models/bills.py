"""Bills: what one payer owes for one thing, frozen when quoted."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.triggers import AppendOnly
from core.values.money import dong
from payments.states import OPEN_PAYMENT_STATES, SETTLED_BILL_STATES, BillState, DisplayState, PaymentState

if TYPE_CHECKING:
    from .payments import Payment


def new_token() -> str:
    """Return 128 random bits as text for an address that needs no account."""
    return secrets.token_urlsafe(16)


class FeeKind(models.TextChoices):
    """Phí pays for a service, lệ phí goes to the budget: separate lines, accounts and receipts.

    Postage is the post's (docs/reference/domain.md#post): the agency collects it for them,
    on a slip that is no biên lai.
    """

    PHI = "phi", _("Phí")
    LE_PHI = "le_phi", _("Lệ phí")
    POSTAGE = "postage", _("Cước bưu chính")


#: The kind of a line that is no fee: a test payment of a gateway (`TestPayment`). It has no series and no receipt.
TEST = "test"


class BillQuerySet(models.QuerySet["Bill"]):
    """Questions about many bills."""

    def with_payments(self) -> BillQuerySet:
        """Load what `display_state` and the pay page need, in two more queries."""
        return self.select_related("agency").prefetch_related("payments", "lines", "discrepancies")


class Bill(models.Model):
    """A khoản phải nộp. `amount` is whole đồng and equals the sum of its lines.

    `reference` is the payee's own name for it (a dossier code); payments does not know
    what it refers to. Later changes of a fee schedule never touch a bill (P-7).
    """

    token = models.CharField(max_length=32, default=new_token, editable=False, verbose_name=_("Mã đường dẫn"))
    reference = models.CharField(_("Mã tham chiếu"), max_length=64)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("Cơ quan thu"))
    agency_name = models.CharField(_("Tên cơ quan khi lập"), max_length=255)
    payer_name = models.CharField(_("Người nộp"), max_length=200)
    description = models.CharField(_("Nội dung"), max_length=255)
    amount = models.BigIntegerField(_("Số tiền (đồng)"))
    state = models.CharField(_("Trạng thái"), max_length=16, choices=BillState, default=BillState.OPEN)
    due_at = models.DateTimeField(_("Hạn nộp"), null=True, blank=True)
    created_at = models.DateTimeField(_("Lập lúc"), auto_now_add=True)
    settled_at = models.DateTimeField(_("Nộp lúc"), null=True, blank=True)
    client = models.ForeignKey(
        "payments.ApiClient",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bills",
        verbose_name=_("Hệ thống kết nối"),
    )

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("khoản phải nộp")
        verbose_name_plural = _("khoản phải nộp")
        ordering = ["-id"]
        # No index holds what settling changes, and the pages keep room (migration 0008): an update writes no index.
        constraints = [
            models.UniqueConstraint(fields=["token"], name="bill_token_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_amount_not_negative"),
            models.CheckConstraint(
                condition=~Q(state=BillState.PAID) | Q(settled_at__isnull=False), name="bill_paid_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["reference"], name="bill_by_reference"),
            # An attempt asks for its bill's amount: payments are found by it here, where settling writes no index.
            models.Index(fields=["amount", "id"], name="bill_by_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {dong(self.amount)}"

    @property
    def is_settled(self) -> bool:
        """Nothing more is owed: paid, waived or zero from the start."""
        return self.state in SETTLED_BILL_STATES

    @property
    def is_overdue(self) -> bool:
        """It is still owed after its day. It can be paid all the same, until whoever made it closes it."""
        return self.state == BillState.OPEN and self.due_at is not None and self.due_at < timezone.now()

    @property
    def is_test(self) -> bool:
        """Nobody owes this: somebody tries a gateway out. Reads `lines`: prefetch them for lists."""
        return any(line.kind == TEST for line in self.lines.all())

    @property
    def is_postage(self) -> bool:
        """Only the post's money is asked for, no fee. Reads `lines`."""
        return {line.kind for line in self.lines.all()} == {FeeKind.POSTAGE}

    @property
    def display_state(self) -> DisplayState:
        """The one word people are shown. Reads `payments` and `discrepancies`: prefetch them for lists.

        Where enough has come and an accountant has yet to settle it, nobody is asked to pay.
        """
        if self.state == BillState.OPEN:
            is_unclear = self.doubtful_payments or not self.missing_amount
            return DisplayState.CHECKING if is_unclear else DisplayState.NOT_PAID
        return {
            BillState.PAID: DisplayState.PAID,
            BillState.WAIVED: DisplayState.EXEMPT,
            BillState.CANCELLED: DisplayState.CANCELLED,
        }.get(BillState(self.state), DisplayState.REFUNDED)

    @property
    def doubtful_payments(self) -> list[Payment]:
        """Attempts whose money is in doubt; not those whose money came, only in another sum. Reads like the state."""
        doubtful = [payment for payment in self.payments.all() if payment.is_in_doubt]
        return [payment for payment in doubtful if payment.pk not in self.wrong_sums]

    def attempts_under_way(self, now: datetime) -> list[Payment]:
        """Attempts with which somebody may be paying at this moment, newest first. Reads like the state."""
        offered = [payment for payment in self.open_payments if payment.was_offered]
        under_way = [payment for payment in offered if payment.is_in_doubt or payment.expires_at > now]
        return [payment for payment in under_way if payment.pk not in self.wrong_sums]

    @property
    def wrong_sums(self) -> dict[int | None, int]:
        """What came of attempts still open in another sum than theirs: id → whole đồng. Reads like the state."""
        still_open = {payment.pk for payment in self.open_payments}
        held = [each for each in self.discrepancies.all() if each.holds_money and each.payment_id in still_open]
        return {each.payment_id: each.amount for each in held}

    @property
    def received_amount(self) -> int:
        """What came for this bill and has not settled it, whole đồng. Reads `discrepancies`: prefetch them for lists.

        Money that is being refunded or moved to another bill is not counted.
        """
        return sum(discrepancy.remaining_amount for discrepancy in self.discrepancies.all())

    @property
    def missing_amount(self) -> int:
        """What is still to be paid, whole đồng: transfers of it in parts add up."""
        return max(self.amount - self.received_amount, 0) if self.state == BillState.OPEN else 0

    @property
    def settling_payment(self) -> Payment | None:
        """The payment whose money settled this bill, if any."""
        return next((p for p in self.payments.all() if p.state == PaymentState.PAID and p.is_applied), None)

    @property
    def open_payments(self) -> list[Payment]:
        """Attempts that may still bring money, newest first."""
        unfinished = [p for p in self.payments.all() if p.state in OPEN_PAYMENT_STATES]
        return sorted(unfinished, key=lambda p: -p.pk)


class BillLine(models.Model):
    """One line of a bill, with the rule, the inputs and the legal basis it was computed from."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=[*FeeKind.choices, (TEST, _("Thanh toán thử"))])
    description = models.CharField(max_length=255)
    amount = models.BigIntegerField()
    explanation = models.CharField(max_length=500, blank=True)
    legal_basis = models.CharField(max_length=255, blank=True)
    source = models.JSONField(default=dict, blank=True)
    is_refundable = models.BooleanField(_("Được hoàn"), default=True)
    refund_note = models.CharField(_("Căn cứ không hoàn"), max_length=255, blank=True)

    class Meta:
        triggers = [AppendOnly(name="bill_lines_are_frozen")]
        verbose_name = _("dòng phí")
        verbose_name_plural = _("dòng phí")
        ordering = ["bill_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="bill_line_position_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_line_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.description} · {dong(self.amount)}"
