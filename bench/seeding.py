"""Many open payments with dossiers, and notifications for them, written by SQL: what a bench settles."""

from __future__ import annotations

import json
from datetime import date

from django.db import connection
from psycopg2.extras import DateRange

from agencies.models import Agency, Level
from gateways.vnptpay import sandbox
from payments.models import MerchantAccount
from procedures.models import Procedure, ProcedureCase

CONTRACT = sandbox.contract("http://127.0.0.1:1", "http://127.0.0.1:2/vnptpay")
FOREVER = DateRange(date(2020, 1, 1), None)

_PAYMENTS = """
WITH bills AS (
    INSERT INTO payments_bill (token, reference, agency_id, agency_name, payer_name, description, amount, state,
                               created_at)
    SELECT 'bench' || n, 'BENCH-' || n, %(agency)s, 'Phường', 'Nguyễn Văn A', 'Phí', 50000, 'open', now()
    FROM generate_series(%(first)s, %(last)s) n RETURNING id, reference),
lines AS (
    INSERT INTO payments_billline (bill_id, position, code, kind, description, amount, explanation, legal_basis,
                                   source, is_refundable, refund_note)
    SELECT id, 0, 'PHI', 'phi', 'Phí', 50000, '', '', '{}', true, '' FROM bills),
made AS (
    INSERT INTO dossiers_dossier (code, national_code, slip_token, pin_hash, pin_failures, agency_id, case_id, channel,
        state, owner_name, owner_search_key, owner_identity_number, owner_identity_key, owner_phone, owner_email,
        owner_address, applicant_kind, facts, answers, return_method, submission_key, submitted_at)
    SELECT reference, '', reference, '!', 0, %(agency)s, %(case)s, 'online', 1, 'Nguyễn Văn A', 'nguyen van a', '', '',
           '+84912345678', '', '', 'individual', '{}', '[]', 'counter', reference, now() FROM bills RETURNING id, code),
links AS (
    INSERT INTO dossiers_dossierbill (dossier_id, bill_id)
    SELECT made.id, bills.id FROM made JOIN bills ON bills.reference = made.code),
paid AS (
    INSERT INTO payments_payment (token, bill_id, merchant_account_id, gateway, merchant_ref, gateway_ref, amount,
        state, is_applied, reserved_amount, request, redirect_url, qr_text, qr_details, created_at, sent_at,
        expires_at, failure_code, check_count, next_check_at)
    SELECT 'p' || reference, id, %(account)s, 'vnptpay', 'MC' || reference, '', 50000, 'sent', false, 0, '{}', '', '',
           '{}', now() - interval '1 second', now(), now() + interval '1 day', '', 0, now() + interval '1 day'
    FROM bills RETURNING id, bill_id)
INSERT INTO payments_ledgerevent (kind, bill_id, payment_id, amount, before, after, money_key, is_correction, cause,
                                  cause_id, detail)
SELECT 'bill_created', id, NULL, 0, '', 'open', '', false, 'bench', '', '{}'::jsonb FROM bills
UNION ALL
SELECT 'payment_sent', bill_id, id, 0, 'created', 'sent', '', false, 'bench', '', '{}'::jsonb FROM paid
"""

_NOTIFICATIONS = """
INSERT INTO payments_notification (gateway, event_key, source, merchant_account_id, merchant_ref, gateway_ref, outcome,
    amount, currency, account, is_transfer, occurred_at, facts, body, query, headers, remote_addr, digest, state,
    result, attempts, error)
SELECT 'vnptpay', 'bench' || n, 'callback', %(account)s, 'MCBENCH-' || n, 'V' || n, 'paid', 50000, 'VND', '', false,
       now(), '{}', '', '', '{}', '', 'x', 'new', '', 0, ''
FROM generate_series(%(first)s, %(last)s) n
"""


class Field:
    """An agency with a contract, and as many open payments as were asked for."""

    def __init__(self) -> None:
        self.agency = Agency.objects.create(
            name="Phường", code="B1", identifier="H44.999", level=Level.COMMUNE, valid_during=FOREVER
        )
        procedure = Procedure.objects.create(
            code="9.000001", name="Chứng thực", department="UBND", level="xa", valid_during=FOREVER
        )
        self.case = ProcedureCase.objects.create(procedure=procedure, slug="bench", name="Chung")
        contract = CONTRACT
        self.account = MerchantAccount.objects.create(
            gateway="vnptpay",
            merchant_id=contract["merchant_id"],
            agency=self.agency,
            settings=contract["settings"],
            secrets=json.dumps(contract["secrets"]),
            valid_during=FOREVER,
        )
        self.next = 1

    def payments(self, count: int) -> range:
        """Make so many bills with dossier and sent payment; return their numbers."""
        numbers = range(self.next, self.next + count)
        self.next += count
        self._run(_PAYMENTS, numbers)
        return numbers

    def notifications(self, numbers: range) -> None:
        """Put a verified success for each of these payments into the inbox."""
        self._run(_NOTIFICATIONS, numbers)

    def _run(self, statement: str, numbers: range) -> None:
        values = {
            "agency": self.agency.pk,
            "case": self.case.pk,
            "account": self.account.pk,
            "first": numbers[0],
            "last": numbers[-1],
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.execute("ANALYZE")
