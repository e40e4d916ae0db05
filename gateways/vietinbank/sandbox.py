"""VietinBank's side: a bank app that transfers to a code, the statement API and the settlement file."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path

from devtools.sandbox.books import Row
from devtools.sandbox.clock import at
from devtools.sandbox.faults import charged, hidden_until, may_fail
from devtools.sandbox.keys import AGENCY, key_pair
from devtools.sandbox.plugins import Sandbox
from devtools.sandbox.state import books, contracts, courier
from gateways.base import Malformed
from gateways.codecs import vietqr
from gateways.codecs.timestamps import format_timestamp, parse_timestamp
from gateways.parsing import read_object, text_of

from . import sandbox_messages as messages
from .statement import write_file

GATEWAY = "vietinbank"
_PAGE = "sandbox/vietinbank.html"
_ASKED_DATE = "%d-%m-%Y %H:%M:%S"


@may_fail(GATEWAY)
def app_page(request: HttpRequest) -> HttpResponse:
    """The bank app in a browser: paste a VietQR or type a code, look who is paid for what, transfer."""
    typed = (request.POST.get("code") or request.GET.get("qr") or "").strip()
    if not typed:
        return render(request, _PAGE, {"step": "code"})
    code, asked_amount = _read(typed)
    bill = messages.inquire(code, contracts()[GATEWAY])
    if isinstance(bill, str):
        return render(request, _PAGE, {"step": "code", "error": bill, "typed": typed})
    given = request.POST.get("amount", "").replace(".", "").strip()
    context = {"step": "confirm", "bill": bill, "typed": typed, "amount": asked_amount or bill.amount}
    if request.POST.get("action") != "pay":
        return render(request, _PAGE, context)
    if not given.isascii() or not given.isdecimal() or not 0 < int(given) < 10**12:
        return render(request, _PAGE, {**context, "error": "Số tiền không hợp lệ."})
    transfer = pay(bill.code, int(given))
    return HttpResponseRedirect(f"/vietinbank/app/{transfer['bank_ref']}")


def done_page(request: HttpRequest, bank_ref: str) -> HttpResponse:
    """The receipt of a transfer, at an address of its own so that reloading it does not pay again."""
    rows = books().select("SELECT * FROM transactions WHERE gateway = ? AND bank_ref = ?", GATEWAY, bank_ref)
    if not rows:
        return render(request, "sandbox/problem.html", {"problem": "Không có giao dịch này."}, status=404)
    return render(request, _PAGE, {"step": "done", "transfer": rows[0], "at": at(rows[0]["paid_at"])})


@may_fail(GATEWAY)
def statement(request: HttpRequest) -> HttpResponse:
    """Statement inquiry (docs/reference/vietinbank.md#statement-inquiry), with the API's own misspellings."""
    contract = contracts()[GATEWAY]
    is_known = request.headers.get("X-IBM-Client-Id") == contract["client_id"] and hmac.compare_digest(
        request.headers.get("X-IBM-Client-Secret", ""), contract["client_secret"]
    )
    if not is_known:
        return JsonResponse({"status": {"code": "0", "message": "Unauthorized"}}, status=401)
    try:
        fields = read_object(request.body)
        since = parse_timestamp(text_of(fields.get("fromDate")), _ASKED_DATE)
        until = parse_timestamp(text_of(fields.get("toDate")), _ASKED_DATE)
    except Malformed:
        since = until = None
    if since is None or until is None or text_of(fields.get("accountNumber")) != contract["account"]:
        return JsonResponse({"status": {"code": "2", "message": "Invalid request"}})
    # Dates are asked to the second, so the last second is still open when it is asked.
    rows = _paid(since, until + timedelta(seconds=1))
    return JsonResponse(
        {
            "requestId": text_of(fields.get("requestId")),
            "status": {"code": "1", "message": "Success"},
            "accountNumber": contract["account"],
            "curency": "VND",
            "openningBal": "0",
            "transactions": [_statement_row(row, contract) for row in rows],
        }
    )


def settlement_file(request: HttpRequest) -> HttpResponse:
    """The file of one day (`?date=yyyy-mm-dd`, default today), as the bank lays it down by SFTP.

    See docs/reference/vietinbank.md#settlement-file.
    """
    contract = contracts()[GATEWAY]
    date = request.GET.get("date", "").replace("-", "")
    day = parse_timestamp(f"{date}000000") if date else at(time.time()).replace(hour=0, minute=0, second=0)
    if day is None:
        return HttpResponse("date=yyyy-mm-dd", status=400)
    rows = [_file_row(row, contract) for row in _paid(day, day + timedelta(days=1))]
    written_at = format_timestamp(at(time.time()))
    body = write_file(rows, contract["provider_id"], written_at, contract["file_key"])
    name = f"{day:%Y%m%d}_{contract['provider_id']}_THUHOTKAO_IN.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type="text/plain; charset=utf-8", headers=headers)


def pay(code: str, amount: int, **changes: str) -> Row:
    """Move the money and notify the portal. `changes` bend its fields before it is signed (tests)."""
    hidden_as, visible_at = hidden_until(GATEWAY)
    transfer = books().add_transaction(
        GATEWAY, code, charged(GATEWAY, amount), "paid", bank_ref=_new_reference(), changes=changes
    )
    books().update("transactions", transfer["id"], hidden_as=hidden_as, visible_at=visible_at)
    transfer = books().transaction(transfer["id"])
    courier().enqueue(transfer)
    return transfer


def _new_reference() -> str:
    """Return a reference of the core's own shape: branch, T, year and day, seven characters."""
    return f"{secrets.randbelow(900) + 100}T{at(time.time()):%y%j}{secrets.token_hex(4).upper()[:7]}"


def _read(typed: str) -> tuple[str, int | None]:
    """Return our code and the amount in what the payer pasted: a VietQR, a virtual account or a code."""
    prefix = contracts()[GATEWAY]["code_prefix"]
    try:
        transfer = vietqr.parse(typed)
    except Malformed:
        return typed.replace(" ", "").removeprefix(prefix), None
    return transfer.account.removeprefix(prefix), transfer.amount


def _paid(since: datetime, until: datetime) -> list[Row]:
    return books().select(
        "SELECT * FROM transactions WHERE gateway = ? AND state = 'paid' AND visible_at <= ? "
        "AND paid_at >= ? AND paid_at < ? ORDER BY id",
        GATEWAY,
        time.time(),
        since.timestamp(),
        until.timestamp(),
    )


def _statement_row(row: Row, contract: dict[str, Any]) -> dict[str, str]:
    return {
        "trxId": row["bank_ref"],
        "transactionDate": f"{at(row['paid_at']):%d/%m/%Y %H:%M:%S}",
        "credit": str(row["amount"]),
        "debit": "0",
        "curency": "VND",
        "virtualAccount": contract["code_prefix"] + row["ref"],
        "remark": f"CT DEN:{row['bank_ref']} {row['ref']}",
    }


def _file_row(row: Row, contract: dict[str, Any]) -> dict[str, str]:
    return {
        "recordType": "002",
        "transId": f"TX{row['bank_ref']}",
        "providerId": contract["provider_id"],
        "merchantId": contract["merchant_id"],
        "recvVirtualAcctId": contract["code_prefix"] + row["ref"],
        "custCode": row["ref"],
        "amount": str(row["amount"]),
        "currencyCode": "VND",
        "merchantAcctNo": contract["account"],
        "transTime": format_timestamp(at(row["paid_at"])),
        "status": "00",
        "bankTransId": row["bank_ref"],
    }


def _transfer(code: str, amount: int | None, changes: Mapping[str, str]) -> Row | str:
    """Pay as the bank app does: without an amount, inquire it at the portal first."""
    if amount is None:
        bill = messages.inquire(code, contracts()[GATEWAY])
        if isinstance(bill, str):
            return bill
        amount = bill.amount
    return pay(code, amount, **changes)


def contract(portal_url: str, bank_url: str) -> dict[str, Any]:
    """Return both sides of a new contract (see `devtools.sandbox.keys.make_contracts`)."""
    bank_private, bank_public = key_pair()
    our_private, our_public = key_pair()
    account = "1010" + "".join(secrets.choice("0123456789") for _ in range(8))
    contract = {
        "provider_id": "PT044",
        "merchant_id": "PHUTHO",
        "account": account,
        "account_name": AGENCY,
        "code_prefix": "9PT",
    }
    statement_keys = {
        "client_id": secrets.token_hex(8),
        "client_secret": secrets.token_hex(16),
        "file_key": secrets.token_hex(16),
    }
    return {
        "merchant_id": contract["provider_id"],
        "settings": {
            **contract,
            "accounts": [account],
            "bank_bin": "970415",
            "code_length": 14,
            "statement_url": f"{bank_url}/erp/v1/statement/inquiry",
        },
        "secrets": {"private_key": our_private, "bank_public_key": bank_public, **statement_keys},
        "bank": {
            **contract,
            **statement_keys,
            "bank_private_key": bank_private,
            "portal_public_key": our_public,
            "notify_url": f"{portal_url}/gateways/vietinbank/notify-bill",
            "inquiry_url": f"{portal_url}/gateways/vietinbank/inq-bill",
        },
    }


SANDBOX = Sandbox(
    contract=contract,
    messages=messages,
    urls=[
        path("app", app_page),
        path("app/<str:bank_ref>", done_page),
        path("erp/v1/statement/inquiry", statement),
        path("statement", settlement_file),
    ],
    noted=("provider_id", "merchant_id", "account", "bank_private_key", "notify_url", "inquiry_url"),
    transfer=_transfer,
    pages={
        "/vietinbank/app": "VietinBank iPay: chuyển tiền theo mã hoặc VietQR",
        "/vietinbank/statement": "VietinBank: tệp đối soát hôm nay",
    },
)
