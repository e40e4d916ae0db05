"""The dossier, its counter and its bills."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.encryption import EncryptedTextField, SearchKeyField
from core.values.codes import dossier_code
from core.values.documents import Document, DocumentKind
from dossiers.states import DOSSIER_EDGES, PAYMENT_HOLDS, DossierState
from payments.models import Bill
from payments.models.bills import new_token
from payments.states import BillState
from procedures.models import ProcedureCase

_IN_HAND = (
    DossierState.SUBMITTED,
    DossierState.ACCEPTED,
    DossierState.IN_PROCESS,
    DossierState.SUPPLEMENT,
    DossierState.FINANCIAL_OBLIGATION,
)


class Channel(models.TextChoices):
    """How the dossier came in; fees may differ by it."""

    ONLINE = "online", _("Trực tuyến")
    COUNTER = "counter", _("Tại quầy")
    POST = "post", _("Bưu chính công ích")


class ReturnMethod(models.TextChoices):
    """How the result goes back."""

    COUNTER = "counter", _("Nhận tại quầy")
    POST = "post", _("Nhận qua bưu điện")


def compact_code(code: str) -> Func:
    """Return the expression of a code's letters and digits only, as people and scanners type it."""
    return Func(F(code), Value("[^A-Za-z0-9]"), Value(""), Value("g"), function="regexp_replace")


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Every list of dossiers starts here, scoped by agency."""

    def of_agencies(self, agency_ids: Iterable[int]) -> DossierQuerySet:
        """Keep the dossiers of these agencies: whoever asks for another gets a 404."""
        return self.filter(agency_id__in=list(agency_ids))

    def named(self, text: str) -> DossierQuerySet:
        """Keep the one whose code stands in a text, however it was typed or pasted (`core.values.codes`)."""
        return self.alias(compact=compact_code("code")).filter(compact=Value(dossier_code(text)))

    def with_bills(self) -> DossierQuerySet:
        """Load what the fee state needs, in a fixed number of queries."""
        return self.select_related("agency", "case__procedure", "assignee").prefetch_related(
            "bills__lines",
            "bills__payments",
            "bills__discrepancies__owner",
            "bills__receipts__series",
            "bills__receipts__cancellation",
            "exemption_checks__actor",
        )


class Dossier(models.Model):
    """A hồ sơ. `code` is `{agency identifier}-{yymmdd}-{nnnn}`, numbered by the database.

    Whether its fee is paid is a question to its bills, never a column here. `slip_token`
    (128 bits) is printed as a QR on the slip; `pin_hash` guards the code for typing, and `pin` is
    kept, encrypted, to be printed beside the QR, which opens the same.
    `answers` is [[question, answer], …] of the procedure's own questions, as they were asked.
    `seen` is no column: the version that somebody's form was opened in (`dossiers.processing.versions`).
    """

    seen: str = ""

    code = models.CharField(_("Mã hồ sơ"), max_length=40, unique=True)
    national_code = models.CharField(_("Mã hồ sơ quốc gia"), max_length=60, blank=True, db_index=True)
    slip_token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    pin_hash = models.CharField(max_length=160, editable=False)
    pin = EncryptedTextField(_("Mã PIN"), blank=True, default="", db_default="", editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="dossiers")
    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="dossiers")
    channel = models.CharField(_("Kênh nộp"), max_length=8, choices=Channel, default=Channel.ONLINE)
    state = models.PositiveSmallIntegerField(_("Trạng thái"), choices=DossierState, default=DossierState.SUBMITTED)
    owner_name = models.CharField(_("Chủ hồ sơ"), max_length=120)
    owner_search_key = models.CharField(max_length=120, editable=False)
    owner_identity_number = EncryptedTextField(_("Số giấy tờ"), blank=True, default="")
    owner_identity_key = SearchKeyField(of="owner_identity_number")
    owner_identity_kind = models.CharField(
        _("Loại giấy tờ"), max_length=9, choices=DocumentKind, default=DocumentKind.CCCD, db_default=DocumentKind.CCCD
    )
    owner_identity_country = models.CharField(_("Nước cấp"), max_length=2, blank=True, default="", db_default="")
    owner_phone = models.CharField(_("Điện thoại"), max_length=16)
    owner_email = models.EmailField(_("Thư điện tử"), blank=True)
    owner_address = models.CharField(_("Địa chỉ"), max_length=255, blank=True)
    applicant_kind = models.CharField(max_length=16, default="individual")
    facts = models.JSONField(_("Dữ kiện tính phí"), default=dict, blank=True)
    answers = models.JSONField(_("Nội dung khai"), default=list, blank=True)
    return_method = models.CharField(
        _("Cách nhận kết quả"), max_length=8, choices=ReturnMethod, default=ReturnMethod.COUNTER
    )
    submission_key = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    submitted_at = models.DateTimeField(_("Nộp lúc"))
    received_at = models.DateTimeField(_("Tiếp nhận lúc"), null=True, blank=True)
    due_at = models.DateTimeField(_("Hẹn trả"), null=True, blank=True)
    original_due_at = models.DateTimeField(_("Hẹn trả ban đầu"), null=True, blank=True)
    finished_at = models.DateTimeField(_("Xong lúc"), null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("Người đang giữ"),
    )
    #: When its bills end with it; set for a dossier that was refused or withdrawn, until that is done.
    ends_at = models.DateTimeField(null=True, editable=False)
    returned_at = models.DateTimeField(_("Trả lúc"), null=True, blank=True)
    bills: models.ManyToManyField[Bill, DossierBill] = models.ManyToManyField(
        Bill, through="DossierBill", related_name="+"
    )

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("hồ sơ")
        verbose_name_plural = _("hồ sơ")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "state", "due_at"], name="dossier_worklist"),
            # The desk's box: what is typed without dots and dashes, a phone, part of a name.
            models.Index(compact_code("code"), name="dossier_compact_code"),
            models.Index(fields=["ends_at"], condition=models.Q(ends_at__isnull=False), name="dossier_ending"),
            models.Index(fields=["owner_phone"], name="dossier_owner_phone"),
            # Reports of a span of time; it costs a dossier next to nothing.
            BrinIndex(
                fields=["submitted_at", "finished_at", "returned_at"], name="dossier_by_time", autosummarize=True
            ),
            GinIndex(fields=["owner_search_key"], opclasses=["gin_trgm_ops"], name="dossier_owner_search"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def fee_total(self) -> int:
        """What all bills ask for together, whole đồng. Reads `bills`: prefetch for lists."""
        return sum(bill.amount for bill in self.bills.all())

    @property
    def identity_document(self) -> Document | None:
        """The paper its owner is known by; None where no number was given."""
        number = self.owner_identity_number
        return Document(DocumentKind(self.owner_identity_kind), number, self.owner_identity_country) if number else None

    @property
    def awaits_amount(self) -> bool:
        """An officer has yet to set what some line costs, so there is no bill for it."""
        return bool(self.facts.get("undetermined"))

    @property
    def payment_hold(self) -> str:
        """Why nobody is asked to pay for it now, a sentence for the payer, or ""."""
        return str(PAYMENT_HOLDS.get(DossierState(self.state), ""))

    @property
    def can_be_withdrawn(self) -> bool:
        """Its state lets the citizen withdraw it, and there is a phone to ask who it is."""
        return (self.state, DossierState.WITHDRAWN) in DOSSIER_EDGES and bool(self.owner_phone)

    @property
    def takes_papers_again(self) -> bool:
        """The dossier is still open, so a refused paper can be sent again."""
        return self.state in _IN_HAND

    @property
    def is_settled(self) -> bool:
        """Nothing more is owed: every bill is paid, waived or cancelled, or there is none to come."""
        return all(self.is_done_with(bill) for bill in self.bills.all()) and not self.awaits_amount

    def is_done_with(self, bill: Bill) -> bool:
        """Whether the result waits for a bill no more. Postage that went back stops nobody who comes to fetch it."""
        if bill.state == BillState.REFUNDED:
            return self.return_method == ReturnMethod.COUNTER and bill.is_postage
        return bill.is_settled or bill.state == BillState.CANCELLED


class DossierBill(models.Model):
    """A bill belongs to one dossier; a dossier may get a second one when more is owed."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="bill_links")
    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.bill_id}"


class DossierCounter(models.Model):
    """The last number given out per agency and day; the row lock makes numbers unique."""

    identifier = models.CharField(max_length=20)
    day = models.DateField()
    last_number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identifier", "day"], name="dossier_counter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.day} {self.last_number}"
