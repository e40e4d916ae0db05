"""Bank statements, their rows, and closed days."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .bills import Bill
from .discrepancies import Discrepancy
from .ledger import LedgerEvent
from .merchants import MerchantAccount
from .notifications import Notification


class StatementState(models.TextChoices):
    """How far a file has come. Rows count only from APPLYING on.

    PREVIEW is its uploader's; PROPOSED waits for a second person, or for the uploader to take it back.
    """

    LOADING = "loading", _("Đang đọc")
    REFUSED = "refused", _("Tệp bị từ chối")
    PREVIEW = "preview", _("Đang xem trước")
    PROPOSED = "proposed", _("Chờ người thứ hai xác nhận")
    APPLYING = "applying", _("Đang đối chiếu")
    DONE = "done", _("Đã đối chiếu")


class Statement(models.Model):
    """One file of one merchant account. The same file twice is one statement (sha256).

    `rows_done` counts the rows of the step at work (reading, then matching) out of
    `row_count`; whoever works at a file holds it until `lease_until`. A file has no signature of
    the bank: its rows book money only once it is `is_countersigned`, confirmed by somebody else
    than who sent it in. Until then it may only match what the ledger knows.
    """

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="statements")
    file_name = models.CharField(_("Tệp"), max_length=200)
    file = models.FileField(upload_to="statements/%Y/%m/", max_length=200)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("Trạng thái"), max_length=10, choices=StatementState, default=StatementState.LOADING)
    error = models.CharField(_("Lỗi"), max_length=500, blank=True)
    lease_until = models.DateTimeField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(_("Số dòng"), default=0)
    total_amount = models.BigIntegerField(_("Tổng tiền"), default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("Tải lên lúc"), db_default=Now())
    proposed_at = models.DateTimeField(_("Gửi xác nhận lúc"), null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("Xác nhận lúc"), null=True)
    is_countersigned = models.BooleanField(_("Hai người xác nhận"), db_default=False, default=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sao kê")
        verbose_name_plural = _("sao kê")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account", "sha256"],
                condition=~Q(state=StatementState.REFUSED),
                name="statement_file_once",
            ),
            # One person makes no money: whoever confirms what books it did not send it in.
            models.CheckConstraint(
                condition=Q(is_countersigned=False)
                | Q(Q(uploaded_by=None) | ~Q(confirmed_by=models.F("uploaded_by")), confirmed_by__isnull=False),
                name="statement_countersigned_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class RowState(models.TextChoices):
    """What became of a row. NEW is not final; every other row is matched, has a discrepancy or does not count."""

    NEW = "new", _("Chưa đối chiếu")
    MATCHED = "matched", _("Khớp")
    REPEATED = "repeated", _("Đã có ở sao kê trước")
    SETTLED = "settled", _("Ghi nhận nhờ sao kê")
    LIKELY = "likely", _("Có lẽ đã ghi nhận")
    PROPOSED = "proposed", _("Đề xuất, chờ người xem")
    DISCREPANCY = "discrepancy", _("Sai lệch")
    FOREIGN = "foreign", _("Của hợp đồng khác: không tính")
    DEBIT = "debit", _("Tiền ra khác: không tính")
    LOCKED = "locked", _("Chờ mở lại ngày đã khóa sổ")


#: Rows that are no money of this contract on their own: they came before, are another contract's, are no money
#: that came, or wait until their day is open again.
NOT_COUNTED = (RowState.REPEATED, RowState.FOREIGN, RowState.DEBIT, RowState.LOCKED)
#: Rows that say nothing of the money that a later file tells of.
NOT_KNOWN = (RowState.NEW, RowState.FOREIGN, RowState.DEBIT, RowState.LOCKED)


class StatementRow(models.Model):
    """One credit of a statement, or (a negative amount) one that the bank took back, or another debit.

    `value_date` is its day in Vietnam time. A debit may have no number.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="rows")
    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="+")
    line_number = models.PositiveIntegerField()
    gateway_ref = models.CharField(max_length=64, blank=True)
    merchant_ref = models.CharField(max_length=64, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=8, blank=True)
    account = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField()
    value_date = models.DateField()
    description = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=12, choices=RowState, default=RowState.NEW)
    event = models.ForeignKey(LedgerEvent, null=True, on_delete=models.PROTECT, related_name="statement_rows")
    notification = models.ForeignKey(Notification, null=True, on_delete=models.PROTECT, related_name="+")
    discrepancy = models.ForeignKey(Discrepancy, null=True, on_delete=models.PROTECT, related_name="rows")
    proposed_bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("dòng sao kê")
        verbose_name_plural = _("dòng sao kê")
        ordering = ["statement_id", "line_number"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "line_number"], name="statement_line_once"),
            # A bank may take a credit back under the credit's own number.
            models.UniqueConstraint(
                fields=["statement", "gateway_ref"], condition=Q(amount__gt=0), name="statement_transaction_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="statement_amount_not_nothing"),
        ]
        indexes = [
            models.Index(fields=["merchant_account", "gateway_ref"], name="statement_row_by_ref"),
            models.Index(fields=["merchant_account", "value_date"], name="statement_row_by_day"),
            models.Index(fields=["event"], name="statement_row_by_event"),
            models.Index(fields=["statement", "id"], condition=Q(state="new"), name="statement_row_waiting"),
        ]

    def __str__(self) -> str:
        return self.gateway_ref


class ClosedDay(models.Model):
    """A day of one merchant account on which both sides agree, or every difference has a discrepancy.

    The figures are those of the moment of closing. Money reported later for a closed day is
    booked under the day it was reported. Reopening deletes the row and is in the audit.
    """

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="closed_days")
    day = models.DateField()
    our_amount = models.BigIntegerField()
    our_count = models.PositiveIntegerField()
    bank_amount = models.BigIntegerField()
    bank_count = models.PositiveIntegerField()
    explained_amount = models.BigIntegerField(default=0)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("ngày đã khóa sổ")
        verbose_name_plural = _("ngày đã khóa sổ")
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "day"], name="day_closed_once"),
            models.CheckConstraint(
                condition=Q(bank_amount=models.F("our_amount") + models.F("explained_amount")),
                name="closed_day_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_account_id} {self.day}"
