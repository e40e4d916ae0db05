"""The tables a province fills, each after those it refers to."""

from __future__ import annotations

from agencies.models import AuditEntry, AuditLink
from dossiers import models as d
from payments import models as p

from .table import Table


def tables() -> dict[str, Table]:
    """Return every table by its name here. Raises UnknownColumns when a model has changed."""
    return _money() | _dossiers() | _after() | _books()


def _money() -> dict[str, Table]:
    return {
        "series": Table(p.ReceiptSeries, "agency_id kind template serial", next_number=1),
        "shift": Table(
            p.CashShift,
            "agency_id cashier_id opened_at opening_amount",
            closed_at=None,
            expected_amount=None,
            counted_amount=None,
            note="",
        ),
        "bill": Table(
            p.Bill,
            "token reference agency_id agency_name payer_name description amount state created_at",
            settled_at=None,
            due_at=None,
            client_id=None,
        ),
        "line": Table(
            p.BillLine,
            "bill_id position code kind description amount explanation legal_basis source is_refundable refund_note",
        ),
        "payment": Table(
            p.Payment,
            "token bill_id merchant_account_id gateway merchant_ref amount state created_at expires_at",
            **dict.fromkeys(("gateway_ref", "redirect_url", "qr_text", "evidence", "failure_code"), ""),
            is_applied=False,
            reserved_amount=0,
            request={},
            qr_details={},
            client_ip=None,
            sent_at=None,
            returned_at=None,
            paid_at=None,
            checked_at=None,
            check_count=0,
            next_check_at=None,
        ),
        "notification": Table(
            p.Notification,
            "gateway event_key source merchant_account_id merchant_ref gateway_ref outcome amount currency account"
            " is_transfer occurred_at facts digest received_at state payment_id result processed_at next_attempt_at",
            body=b"",
            query="",
            headers={},
            remote_addr="",
            attempts=0,
            error="",
        ),
        "rejected": Table(
            p.RejectedNotification,
            "gateway reason body_sha256 received_at",
            remote_addr="",
            body=b"",
            query="",
            reviewed_at=None,
        ),
    }


def _dossiers() -> dict[str, Table]:
    return {
        "dossier": Table(
            d.Dossier,
            "code slip_token pin_hash pin agency_id case_id channel state owner_name owner_search_key"
            " owner_identity_number owner_phone facts return_method submission_key submitted_at due_at"
            " original_due_at answers",
            national_code="",
            owner_identity_kind="cccd",
            owner_identity_country="",
            owner_email="",
            owner_address="",
            applicant_kind="individual",
            received_at=None,
            finished_at=None,
            assignee_id=None,
            ends_at=None,
            returned_at=None,
        ),
        "link": Table(d.DossierBill, "dossier_id bill_id"),
        "draft": Table(
            d.Draft,
            "code case_id submission_key created_at expires_at",
            answers_json="{}",
            phone_key="",
            dossier_id=None,
        ),
        "assistance": Table(
            d.Assistance,
            "dossier_id officer_id agency_id channel began_at confirmation confirmed_at",
            draft_id=None,
            asked_digest="",
            identity_shown="",
            identity_tail="",
            identity_note="",
            printed_digest="",
        ),
        "event": Table(
            d.DossierEvent,
            "dossier_id kind at",
            before=None,
            after=None,
            bill_id=None,
            amount=0,
            note="",
            replaced={},
            actor_id=None,
        ),
        "paper": Table(
            d.Attachment,
            "requirement file name content_type size uploaded_at next_check_at",
            dossier_id=None,
            draft_id=None,
            state="clean",
            refusal="",
            attempts=1,
        ),
        "pause": Table(d.ClockPause, "dossier_id state started_at", ended_at=None),
        "assignment": Table(d.Assignment, "dossier_id stage giver_id taker_id at", note=""),
        "notice": Table(
            d.WrittenNotice,
            "dossier_id kind reason issued_by_id issued_at",
            items="",
            due_before=None,
            due_after=None,
            withdrawn_at=None,
        ),
        "signing": Table(
            d.SigningRequest,
            "dossier_id number file submitted_by_id submitted_to_id submitted_at state",
            note="",
            decided_by_id=None,
            decided_at=None,
            reason="",
        ),
        "result": Table(
            d.Result,
            "dossier_id number signed_on signer recorded_by_id recorded_at",
            file="",
            signed_by_id=None,
        ),
        "hand_over": Table(
            d.HandOver,
            "dossier_id officer_id receiver_name relation bill_states at",
            identity_shown="",
            identity_tail="",
            **dict.fromkeys(("identity_note", "letter", "tracking_number", "batch"), ""),
        ),
        "taken_back": Table(d.TakenBack, "dossier_id hand_over reason actor_id at"),
        "postal": Table(
            d.PostalOrder,
            "dossier_id receiver_name receiver_phone street commune province postage ordered_at",
            bill_id=None,
            state="ordered",
            ended_at=None,
        ),
        "exemption_check": Table(d.ExemptionCheck, "dossier_id is_proven ground amount actor_id at", bill_id=None),
        "printing": Table(d.Printing, "dossier_id paper actor_id at"),
        "rating": Table(d.Rating, "dossier_id score at", words=""),
        "erasure": Table(d.ErasureRequest, "dossier_id asked_at", decided_at=None, decided_by_id=None, refusal=""),
    }


def _after() -> dict[str, Table]:
    """What tells of money and dossiers."""
    return {
        "ledger": Table(
            p.LedgerEvent,
            "kind at cause",
            bill_id=None,
            payment_id=None,
            amount=0,
            before="",
            after="",
            money_key="",
            merchant_account_id=None,
            value_date=None,
            is_correction=False,
            cause_id="",
            actor_id=None,
            detail={},
        ),
        "test_payment": Table(p.TestPayment, "bill_id merchant_account_id begun_by_id begun_at"),
        "counter": Table(p.CounterPayment, "payment_id shift_id tender received_amount terminal_key", terminal_ref=""),
        "discrepancy": Table(
            p.Discrepancy,
            "kind agency_id amount opened_at",
            bill_id=None,
            payment_id=None,
            notification_id=None,
            used_amount=0,
            note="",
            owner_id=None,
            closed_at=None,
            resolution="",
        ),
        "refund": Table(
            p.Refund,
            "token agency_id amount remaining_seen reason state maker_id idempotency_key proposed_at",
            payment_id=None,
            discrepancy_id=None,
            note="",
            client_id=None,
            checker_id=None,
            bank_account="",
            gateway_ref="",
            error="",
            decided_at=None,
            sent_at=None,
            done_at=None,
            check_count=0,
            next_check_at=None,
        ),
        "reallocation": Table(
            p.Reallocation,
            "discrepancy_id amount note state maker_id idempotency_key proposed_at",
            checker_id=None,
            decided_at=None,
        ),
        "reallocation_bill": Table(p.Reallocation.bills.through, "reallocation_id bill_id"),
        "claim": Table(
            p.ChargeClaim, "payment_id discrepancy_id amount charged_at opened_at due_at", bank_ref="", proof=""
        ),
        "receipt": Table(
            p.Receipt,
            "token series_id number bill_id payment_id kind amount payer_name agency_name lines issued_at",
            revision=1,
        ),
        "cancellation": Table(p.ReceiptCancellation, "receipt_id reason cause cancelled_at", replacement_id=None),
        "message": Table(
            d.Message,
            "subject kind channel dossier_id recipient text created_at next_attempt_at",
            attempts=0,
            sent_at=None,
            gave_up_at=None,
            last_error="",
            set_aside_reason="",
        ),
        "delivery": Table(
            p.WebhookDelivery,
            "endpoint_id event_id kind body created_at next_attempt_at",
            attempts=0,
            delivered_at=None,
            gave_up_at=None,
            last_status=None,
            last_error="",
        ),
    }


def _books() -> dict[str, Table]:
    """What is kept of whole days, and of who did what."""
    return {
        "statement": Table(
            p.Statement,
            "merchant_account_id file_name file size sha256 state row_count total_amount first_day last_day"
            " uploaded_by_id uploaded_at proposed_at confirmed_by_id confirmed_at is_countersigned",
            error="",
            lease_until=None,
            rows_done=0,
            finished_at=None,
        ),
        "statement_row": Table(
            p.StatementRow,
            "statement_id merchant_account_id line_number gateway_ref merchant_ref amount currency account occurred_at"
            " value_date description state",
            event_id=None,
            notification_id=None,
            discrepancy_id=None,
            proposed_bill_id=None,
        ),
        "closed_day": Table(
            p.ClosedDay,
            "merchant_account_id day our_amount our_count bank_amount bank_count closed_by_id closed_at",
            explained_amount=0,
        ),
        "audit": Table(AuditEntry, "at actor_id action subject", agency_id=None, address="", detail={}),
        "audit_link": Table(AuditLink, "entry_id hash", signature=""),
    }
