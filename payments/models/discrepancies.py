"""Discrepancies between money and bills; each has an owner until it is closed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.values.money import dong
from payments.states import BillState, ReallocationState

from .bills import Bill
from .notifications import Notification
from .payments import Payment


class DiscrepancyKind(models.TextChoices):
    """Why money and bill do not fit."""

    SURPLUS = "surplus", _("Tiền thừa: khoản đã được nộp hoặc đã đóng")
    SHORT = "short", _("Chuyển thiếu")
    OVER = "over", _("Chuyển thừa")
    UNKNOWN_REFERENCE = "unknown_reference", _("Không rõ nộp cho khoản nào")
    WRONG_CURRENCY = "wrong_currency", _("Sai loại tiền")
    WRONG_ACCOUNT = "wrong_account", _("Sai tài khoản nhận")
    CONFLICT = "conflict", _("Cùng mã giao dịch, khác nội dung")
    CONTRADICTION = "contradiction", _("Ngân hàng báo khác với tiền đã nhận")
    REVERSED = "reversed", _("Ngân hàng thu hồi tiền: khoản phải nộp lại")
    DEBT = "debt", _("Nợ: đã trả kết quả nhưng tiền bị thu hồi")
    AMOUNT_DIFFERS = "amount_differs", _("Sao kê khác số tiền đã ghi sổ")
    LIKELY_BOOKED = "likely_booked", _("Có lẽ đã ghi nhận dưới số khác")
    NOT_IN_STATEMENT = "not_in_statement", _("Đã ghi sổ nhưng sao kê không có")
    CHARGED_CLAIM = "charged_claim", _("Người nộp báo đã bị trừ tiền")
    PAID_IN_VAIN = "paid_in_vain", _("Đã nộp nhưng hồ sơ bị từ chối hoặc đã rút")
    NOT_POSTED = "not_posted", _("Đã nộp cước nhưng thôi gửi bưu điện")
    QUARANTINED = "quarantined", _("Không xử lý được")


#: Discrepancies that hold money of ours that belongs to somebody: refunded, moved, or explained with a reason.
HOLDING_MONEY = (
    DiscrepancyKind.SURPLUS,
    DiscrepancyKind.SHORT,
    DiscrepancyKind.OVER,
    DiscrepancyKind.UNKNOWN_REFERENCE,
)
#: What came in another sum than was asked for; it may still settle its bill, as long as that is owed.
WRONG_SUMS = (DiscrepancyKind.SHORT, DiscrepancyKind.OVER)
SUGGESTED_ACTIONS = {
    DiscrepancyKind.SURPLUS: _("Hoàn lại cho người nộp hoặc chuyển sang khoản khác của họ."),
    DiscrepancyKind.SHORT: _(
        "Mời người nộp chuyển nốt phần còn thiếu vào cùng mã: đủ tiền thì khoản tự được ghi nhận. Hoặc hoàn lại."
    ),
    DiscrepancyKind.OVER: _("Liên hệ người nộp: ghi nhận và hoàn phần thừa."),
    DiscrepancyKind.UNKNOWN_REFERENCE: _("Tìm hồ sơ theo tên và nội dung chuyển khoản, hoặc hoàn lại."),
    DiscrepancyKind.WRONG_CURRENCY: _("Liên hệ ngân hàng."),
    DiscrepancyKind.WRONG_ACCOUNT: _("Đối chiếu tài khoản nhận với ngân hàng."),
    DiscrepancyKind.CONFLICT: _("Hỏi ngân hàng giao dịch nào là đúng."),
    DiscrepancyKind.CONTRADICTION: _("Hỏi ngân hàng; không hoàn tiền lần hai."),
    DiscrepancyKind.REVERSED: _("Báo người nộp phải nộp lại. Kết quả chưa trả thì giữ lại."),
    DiscrepancyKind.DEBT: _("Kết quả đã trả: mời người nộp nộp lại, lập hồ sơ nợ."),
    DiscrepancyKind.AMOUNT_DIFFERS: _("Hỏi ngân hàng số tiền nào là đúng."),
    DiscrepancyKind.LIKELY_BOOKED: _(
        "So hai giao dịch: cùng mã, số tiền và ngày. Là một thì bấm “Là giao dịch đã ghi”; là hai thì ghi nhận thêm."
    ),
    DiscrepancyKind.NOT_IN_STATEMENT: _("Hỏi ngân hàng; xem sao kê ngày kế tiếp."),
    DiscrepancyKind.CHARGED_CLAIM: _("Hỏi ngân hàng theo mã giao dịch người nộp đưa."),
    DiscrepancyKind.PAID_IN_VAIN: _("Lập đề nghị hoàn tiền cho người nộp; người thứ hai duyệt."),
    DiscrepancyKind.NOT_POSTED: _("Lập đề nghị hoàn cước bưu điện cho người nộp; người thứ hai duyệt."),
    DiscrepancyKind.QUARANTINED: _(
        "Bấm “Xử lý lại” ở dưới. Vẫn không được: báo quản trị tỉnh kèm mã giao dịch; đừng đóng trước khi rõ tiền ở đâu."
    ),
}
_FOR_ITS_OWN_BILL = _("Khoản của tiền này lại đang phải nộp: chuyển tiền vào chính khoản đó, phần thừa hoàn lại.")
#: `Discrepancy.current_kind`, for queries.
CURRENT_KIND = Case(
    When(
        Q(kind__in=WRONG_SUMS, closed_at=None, bill__isnull=False) & ~Q(bill__state=BillState.OPEN),
        then=Value(DiscrepancyKind.SURPLUS),
    ),
    default=F("kind"),
)
#: Discrepancies that ask for money of a settled bill to be given back: by a refund of its payment.
ASKING_BACK = (DiscrepancyKind.PAID_IN_VAIN, DiscrepancyKind.NOT_POSTED)


class Discrepancy(models.Model):
    """A difference with an owner, an age and a suggested action.

    `kind` is why it was opened, `current_kind` what it is since later money or a decision changed its bill.
    `amount` is whole đồng; for kinds in HOLDING_MONEY it is money we hold, of which
    `used_amount` was refunded (or is being refunded) or moved to other bills.
    """

    kind = models.CharField(_("Loại"), max_length=24, choices=DiscrepancyKind)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("Cơ quan"))
    bill = models.ForeignKey(
        Bill, null=True, on_delete=models.PROTECT, related_name="discrepancies", verbose_name=_("Khoản phải nộp")
    )
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="discrepancies", verbose_name=_("Lần thanh toán")
    )
    notification = models.ForeignKey(
        Notification,
        null=True,
        on_delete=models.PROTECT,
        related_name="discrepancies",
        verbose_name=_("Thông báo của ngân hàng"),
    )
    amount = models.BigIntegerField(_("Số tiền"), default=0)
    used_amount = models.BigIntegerField(_("Đã xử lý"), default=0)
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name=_("Người phụ trách"),
    )
    opened_at = models.DateTimeField(_("Mở lúc"), db_default=Now())
    closed_at = models.DateTimeField(_("Đóng lúc"), null=True, blank=True)
    resolution = models.CharField(_("Kết quả"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("sai lệch")
        verbose_name_plural = _("sai lệch")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "kind"], name="discrepancy_once_per_notification"),
            models.CheckConstraint(
                condition=Q(used_amount__gte=0) & (Q(used_amount=0) | Q(used_amount__lte=models.F("amount"))),
                name="discrepancy_used_at_most_its_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "opened_at"], condition=Q(closed_at=None), name="discrepancy_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {dong(self.amount)}"

    @property
    def current_kind(self) -> DiscrepancyKind:
        """What people are shown: all of a wrong sum is surplus once its bill is settled otherwise. Reads `bill`."""
        if self.kind in WRONG_SUMS and self.closed_at is None and self.bill and self.bill.state != BillState.OPEN:
            return DiscrepancyKind.SURPLUS
        return DiscrepancyKind(self.kind)

    @property
    def note_in_words(self) -> str:
        """Return the note as people read it; what a program could not do stands with the notification."""
        if self.kind == DiscrepancyKind.QUARANTINED:
            return gettext("Hệ thống đã thử nhiều lần mà không ghi nhận được thông báo này của ngân hàng.")
        return self.note

    @property
    def suggested_action(self) -> Promise | str:
        """What to do about it as things are now. Reads `bill`."""
        kind = self.current_kind
        if kind == DiscrepancyKind.SURPLUS and self.bill and self.bill.state == BillState.OPEN:
            return _FOR_ITS_OWN_BILL  # the bank has taken back what had settled it
        return SUGGESTED_ACTIONS[kind]

    @property
    def holds_money(self) -> bool:
        """It is about money that came, not about what somebody says or a statement lacks."""
        return self.kind in HOLDING_MONEY

    @property
    def remaining_amount(self) -> int:
        """Money of this discrepancy that nobody has dealt with, whole đồng."""
        return self.amount - self.used_amount if self.holds_money else 0


class ChargeClaim(models.Model):
    """“Tôi đã bị trừ tiền”: one per attempt, answered through its discrepancy until `due_at`.

    `amount` is whole đồng as the payer says. `proof` is a JPEG we encoded ourselves;
    only the discrepancy's own page gives it out.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="claim")
    discrepancy = models.OneToOneField(Discrepancy, on_delete=models.PROTECT, related_name="claim")
    amount = models.BigIntegerField(_("Số tiền bị trừ"))
    charged_at = models.DateTimeField(_("Bị trừ lúc"))
    bank_ref = models.CharField(_("Mã giao dịch ngân hàng"), max_length=64, blank=True)
    proof = models.FileField(_("Ảnh chụp"), upload_to="claims/%Y/%m/", blank=True)
    opened_at = models.DateTimeField(_("Báo lúc"), db_default=Now())
    due_at = models.DateTimeField(_("Trả lời trước"))

    class Meta:
        verbose_name = _("báo bị trừ tiền")
        verbose_name_plural = _("báo bị trừ tiền")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="claim_amount_positive")]

    def __str__(self) -> str:
        return f"{self.payment_id} · {dong(self.amount)}"

    @property
    def is_open(self) -> bool:
        """Nobody has answered yet."""
        return self.discrepancy.closed_at is None


class Reallocation(models.Model):
    """One transfer for several dossiers, or one for the wrong code, put right by two persons (R-35, R-37).

    `amount` is whole đồng, the sum of the bills' amounts, and held back from the discrepancy from
    the moment it is proposed.
    """

    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, related_name="reallocations")
    bills = models.ManyToManyField(Bill, related_name="reallocations")
    amount = models.BigIntegerField(_("Số tiền (đồng)"))
    note = models.CharField(_("Giải thích"), max_length=500)
    state = models.CharField(
        _("Trạng thái"), max_length=16, choices=ReallocationState, default=ReallocationState.PROPOSED
    )
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=255)
    proposed_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("chuyển tiền giữa các khoản")
        verbose_name_plural = _("chuyển tiền giữa các khoản")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="move_amount_positive"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=models.F("maker")), name="move_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(state=ReallocationState.PROPOSED) | Q(checker__isnull=False), name="move_is_checked"
            ),
            models.UniqueConstraint(fields=["discrepancy", "idempotency_key"], name="move_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.discrepancy} → {dong(self.amount)}"
