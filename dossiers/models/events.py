"""Timeline events, hand-overs and their correction, messages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.triggers import AppendOnly
from dossiers.states import DossierState

from .dossier import Dossier


class EventKind(models.TextChoices):
    """What the timeline shows."""

    SUBMITTED = "submitted", _("Đã nộp hồ sơ")
    FEE_DUE = "fee_due", _("Có phí cần nộp")
    FEE_PAID = "fee_paid", _("Đã nộp phí")
    FEE_EXEMPT = "fee_exempt", _("Được miễn phí")
    FEE_TAKEN_BACK = "fee_taken_back", _("Ngân hàng thu hồi tiền, phải nộp lại")
    FEE_CANCELLED = "fee_cancelled", _("Không phải nộp phí nữa")
    FEE_REFUNDED = "fee_refunded", _("Đã hoàn phí")
    STATE_CHANGED = "state_changed", _("Chuyển trạng thái")
    SIGNING_ASKED = "signing_asked", _("Đã trình lãnh đạo ký")
    SENT_BACK = "sent_back", _("Kết quả được hoàn thiện thêm trước khi ký")
    STEP_UNDONE = "step_undone", _("Đã hoàn tác")
    HANDED_OVER = "handed_over", _("Đã trả kết quả")
    HAND_OVER_UNDONE = "taken_back", _("Đã thu hồi kết quả trả nhầm")
    POST_ORDERED = "post_ordered", _("Chọn nhận kết quả qua bưu điện")
    POST_CHANGED = "post_changed", _("Đổi địa chỉ nhận kết quả")
    POST_TAKEN_BACK = "post_taken_back", _("Thôi nhận qua bưu điện, đến quầy nhận")
    POST_DELIVERED = "post_delivered", _("Bưu điện báo đã phát")
    POST_CAME_BACK = "post_came_back", _("Bưu điện chuyển hoàn, kết quả ở lại quầy")
    AGENCY_CHANGED = "agency_changed", _("Cơ quan giải quyết được sắp xếp lại")


class DossierEvent(models.Model):
    """One line of the timeline. Append-only (trigger).

    `replaced` is what a step took away besides the state, for undoing it: who held the dossier (`assignee`), the draft
    that lay with a signer (`draft`), the time it set (`stamp`). Ids and names of columns, nothing of a person.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=EventKind)
    before = models.PositiveSmallIntegerField(choices=DossierState, null=True)
    after = models.PositiveSmallIntegerField(choices=DossierState, null=True)
    bill_id = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(default=0)
    note = models.CharField(max_length=255, blank=True)
    replaced = models.JSONField(default=dict, db_default={}, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [AppendOnly(name="timeline_is_append_only")]
        verbose_name = _("diễn biến hồ sơ")
        verbose_name_plural = _("diễn biến hồ sơ")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.kind}"

    @property
    def in_words(self) -> str:
        """What happened, as a citizen reads it."""
        if self.kind == EventKind.STATE_CHANGED and self.after:
            return f"{self.get_kind_display()}: {self.get_after_display()}"
        return self.get_kind_display()


class Relation(models.TextChoices):
    """Who took the result, seen from the owner."""

    OWNER = "owner", _("Chủ hồ sơ")
    FAMILY = "family", _("Người thân")
    AUTHORISED = "authorised", _("Người được ủy quyền")
    ORGANISATION = "organisation", _("Đại diện tổ chức")
    POST = "post", _("Bưu chính công ích")


class IdentityShown(models.TextChoices):
    """What the receiver showed."""

    CARD = "card", _("Căn cước")
    VNEID = "vneid", _("VNeID")
    PASSPORT = "passport", _("Hộ chiếu")
    RESIDENCE = "resident", _("Thẻ thường trú, thẻ tạm trú")
    ORIGIN = "origin", _("Giấy chứng nhận căn cước")
    SLIP = "slip", _("Giấy hẹn")


class HandOver(models.Model):
    """Who gave the result to whom, when, and what state each bill was seen in (I3).

    Of the paper that was shown only the last four characters are kept: enough to prove,
    too little to use; `identity_note` says why it was taken though its number is not the one on
    file. Results given out together share a `batch`. What goes by post was given to the post,
    and its `tracking_number` says where it is.
    """

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="hand_over")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receiver_name = models.CharField(_("Người nhận"), max_length=120)
    relation = models.CharField(_("Quan hệ"), max_length=12, choices=Relation, default=Relation.OWNER)
    identity_shown = models.CharField(_("Giấy tờ đã xem"), max_length=8, choices=IdentityShown, blank=True)
    identity_tail = models.CharField(_("4 ký tự cuối"), max_length=4, blank=True)
    identity_note = models.CharField(
        _("Vì sao nhận giấy tờ khác"), max_length=255, blank=True, default="", db_default=""
    )
    #: By what somebody is authorised: the letter's number and date.
    letter = models.CharField(_("Giấy ủy quyền"), max_length=120, blank=True, default="", db_default="")
    tracking_number = models.CharField(_("Số vận đơn"), max_length=20, blank=True)
    batch = models.CharField(max_length=32, blank=True, db_index=True)
    bill_states = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("lần trả kết quả")
        verbose_name_plural = _("lần trả kết quả")
        indexes = [BrinIndex(fields=["at"], name="hand_over_by_time", autosummarize=True)]
        constraints = [
            models.CheckConstraint(
                condition=~Q(relation=Relation.POST) | ~Q(tracking_number=""), name="what_is_posted_can_be_traced"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} → {self.receiver_name}"


class TakenBack(models.Model):
    """A hand-over that was undone under supervision: who it had been, kept whole, and why. Append-only (trigger)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="taken_back")
    hand_over = models.JSONField()
    reason = models.CharField(_("Lý do"), max_length=255)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [AppendOnly(name="taken_back_is_append_only")]
        verbose_name = _("lần thu hồi kết quả")
        verbose_name_plural = _("lần thu hồi kết quả")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.at:%Y-%m-%d}"


class Message(models.Model):
    """A message to the citizen. Written in the transaction of the fact it reports, sent afterwards (I9)."""

    subject = models.CharField(max_length=64, verbose_name=_("Về việc"))
    kind = models.CharField(max_length=32, verbose_name=_("Loại"))
    channel = models.CharField(max_length=8, default="sms", verbose_name=_("Kênh"))
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="messages", verbose_name=_("Hồ sơ"))
    recipient = models.CharField(max_length=120, verbose_name=_("Người nhận"))
    text = models.TextField(verbose_name=_("Nội dung"))
    created_at = models.DateTimeField(db_default=Now(), verbose_name=_("Tạo lúc"))
    attempts = models.PositiveSmallIntegerField(default=0, verbose_name=_("Số lần gửi"))
    next_attempt_at = models.DateTimeField(db_default=Now(), verbose_name=_("Gửi lần tới"))
    sent_at = models.DateTimeField(_("Gửi lúc"), null=True)
    gave_up_at = models.DateTimeField(_("Thôi gửi lúc"), null=True)
    last_error = models.CharField(_("Lỗi gần nhất"), max_length=255, blank=True)
    set_aside_reason = models.CharField(_("Lý do bỏ qua"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("tin nhắn")
        verbose_name_plural = _("tin nhắn")
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "channel"], name="message_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(sent_at=None, gave_up_at=None), name="message_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"
