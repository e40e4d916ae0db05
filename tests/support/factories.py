"""Things to test with, made through the same doors the product uses."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, Level, Membership, Role, User
from devtools.sandbox.keys import make_contracts
from dossiers.models import Dossier, DossierBill, Draft
from gateways.codecs import vietqr
from payments.bills.create import NewLine, create_bill
from payments.models import ApiClient, Bill, LedgerEvent, MerchantAccount, Payment, Receipt, Refund
from payments.receipts import issue as receipts
from payments.states import PaymentState, RefundState
from procedures.models import Procedure, ProcedureCase

_numbers = itertools.count(1)
#: One set of keys for the whole run: RSA keys are slow to make.
BANKS = "http://127.0.0.1:9"
CONTRACTS = make_contracts("http://portal.test", BANKS)
FOREVER = DateRange(date(2020, 1, 1), None)


@cache
def renewed_contracts() -> dict[str, dict[str, Any]]:
    """Return contracts with other keys, as after a rotation; they too are made once."""
    return make_contracts("http://portal.test", BANKS)


def agency(name: str = "Phường Việt Trì", **values: Any) -> Agency:
    """An agency of the current generation."""
    number = next(_numbers)
    defaults = {
        "code": f"T{number}",
        "identifier": f"H44.{900 + number}",
        "level": Level.COMMUNE,
        "valid_during": FOREVER,
    }
    return Agency.objects.create(name=name, **{**defaults, **values})


def officer(of: Agency, role: Role = Role.RECEPTION_OFFICER) -> User:
    """A member of staff of an agency."""
    user = User.objects.create_user(username=f"officer{next(_numbers)}", password="a long test password")
    Membership.objects.create(user=user, agency=of, role=role, valid_during=FOREVER)
    return user


def merchant(of: Agency, gateway: str, **settings: Any) -> MerchantAccount:
    """A contract with one of the sandbox banks."""
    contract = CONTRACTS[gateway]
    account, _ = MerchantAccount.objects.get_or_create(
        gateway=gateway,
        merchant_id=contract["merchant_id"],
        defaults={
            "agency": of,
            "settings": {**contract["settings"], **settings},
            "secrets": json.dumps(contract["secrets"]),
            "valid_during": FOREVER,
        },
    )
    return account


def bill(amount: int = 150_000, of: Agency | None = None, **values: Any) -> Bill:
    """An open bill with one phí line."""
    lines = [NewLine(code="PHI", kind="phi", description="Phí", amount=amount)]
    with transaction.atomic():
        return create_bill(
            **{
                "reference": f"HS{next(_numbers)}",
                "agency": of or agency(),
                "payer_name": "Nguyễn Thị Bình",
                "description": "Phí thử",
                "lines": lines,
                **values,
            }
        )


def payment(of: Bill | None = None, gateway: str = "vnptpay", **values: Any) -> Payment:
    """An attempt that was sent, with its events as the product writes them."""
    of = of or bill()
    number = next(_numbers)
    reference = f"{number:014d}" if gateway == "vietinbank" else f"MC{number:010d}"
    state = values.pop("state", PaymentState.SENT)
    if state != PaymentState.CREATED and "qr_text" not in values:
        values.setdefault("redirect_url", "https://bank.example/pay")
    made = Payment.objects.create(
        bill=of,
        merchant_account=merchant(of.agency, gateway),
        gateway=gateway,
        merchant_ref=reference,
        amount=of.amount,
        expires_at=timezone.now() + timedelta(minutes=30),
        state=state,
        request={"CREATE_DATE": "20260715093000"},
        **values,
    )
    LedgerEvent.objects.create(kind=f"payment_{state}", bill=of, payment=made, after=state, cause="test")
    return made


def receipt(of: Bill) -> Receipt:
    """A receipt of an attempt at a bill, as settlement issues it."""
    attempt = payment(of=of)
    with transaction.atomic():
        return receipts.issue([attempt], {of.pk: of})[0]


def refund(of: Payment, client: ApiClient) -> Refund:
    """A refund that a connected system proposed and an officer rejected: it holds nothing back."""
    return Refund.objects.create(
        token=uuid.uuid4(),
        agency=of.bill.agency,
        payment=of,
        amount=1_000,
        remaining_seen=of.amount,
        reason="withdrawn",
        client=client,
        idempotency_key=f"test:{next(_numbers)}",
        state=RefundState.REJECTED,
    )


def qr(account: str, purpose: str, amount: int = 150_000) -> dict[str, Any]:
    """What an attempt keeps of its VietQR."""
    text = vietqr.build(vietqr.Transfer("970415", account, amount, purpose))
    details = {
        "bank_bin": "970415",
        "account": account,
        "account_name": "KHO BAC",
        "purpose": purpose,
        "cust_code": "1",
    }
    return {"qr_text": text, "qr_details": details}


def case(**values: Any) -> ProcedureCase:
    """A case of a procedure, without fee rules."""
    number = next(_numbers)
    procedure = Procedure.objects.create(
        code=f"9.{number:06d}", name="Chứng thực thử", department="UBND cấp xã", level="xa", valid_during=FOREVER
    )
    return ProcedureCase.objects.create(procedure=procedure, slug=f"thu-{number}", name="Chung", **values)


def draft(of: ProcedureCase | None = None) -> Draft:
    """An application nobody has filled in yet."""
    return Draft.objects.create(case=of or case())


def dossier(of: Agency | None = None, *, state: int = 1, amount: int = 10_000) -> Dossier:
    """A dossier with one bill, or with none when the amount is 0."""
    of = of or agency()
    number = next(_numbers)
    made = Dossier.objects.create(
        code=f"{of.identifier}-261123-{number:04d}",
        agency=of,
        case=case(),
        state=state,
        pin_hash="!",
        owner_name="Nguyễn Thị Bình",
        owner_search_key="nguyen thi binh",
        owner_phone="+84912345678",
        submitted_at=timezone.now(),
    )
    if amount:
        DossierBill.objects.create(dossier=made, bill=bill(amount=amount, of=of, reference=made.code))
    return made
