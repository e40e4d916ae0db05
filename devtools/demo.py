"""Prepares the Phú Thọ demo: keys, data, people, merchant accounts, `.local/demo.json` (docs/interfaces.md)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction
from psycopg2.extras import DateRange

from agencies import loading as agencies_loading
from agencies.models import Agency, Membership, Role, User
from devtools.sandbox.keys import make_contracts
from dossiers.post import orders as postal_orders
from payments.api.clients import create_client, replace_key
from payments.models import ApiClient, MerchantAccount
from procedures.loading import procedures as procedures_loading

PROVINCE, VIET_TRI, PHU_THO = "H44", "07900", "07942"
#: Role, account, name, agency. One of each role, and a second of those whose work needs two people (refunds, fee
#: schedules); the accountants of a second commune see their own agency's work, and nothing of the first.
PEOPLE: dict[str, tuple[Role, str, str, str]] = {
    "reception_officer": (Role.RECEPTION_OFFICER, "tiepnhan.viettri", "Cán bộ tiếp nhận Việt Trì", VIET_TRI),
    "handling_officer": (Role.HANDLING_OFFICER, "thuly.viettri", "Chuyên viên thụ lý Việt Trì", VIET_TRI),
    "signer": (Role.SIGNER, "lanhdao.viettri", "Lãnh đạo Việt Trì", VIET_TRI),
    "cashier": (Role.CASHIER, "thungan.viettri", "Thu ngân Việt Trì", VIET_TRI),
    "accountant": (Role.ACCOUNTANT, "ketoan.viettri", "Kế toán Việt Trì", VIET_TRI),
    "second_accountant": (Role.ACCOUNTANT, "ketoan2.viettri", "Kế toán thứ hai Việt Trì", VIET_TRI),
    "phu_tho_accountant": (Role.ACCOUNTANT, "ketoan.phutho", "Kế toán Phú Thọ", PHU_THO),
    "phu_tho_second_accountant": (Role.ACCOUNTANT, "ketoan2.phutho", "Kế toán thứ hai Phú Thọ", PHU_THO),
    "agency_admin": (Role.AGENCY_ADMIN, "quantri.viettri", "Quản trị Việt Trì", VIET_TRI),
    "province_admin": (Role.PROVINCE_ADMIN, "quantri.tinh", "Quản trị tỉnh", PROVINCE),
    "second_province_admin": (Role.PROVINCE_ADMIN, "quantri2.tinh", "Quản trị tỉnh thứ hai", PROVINCE),
    "auditor": (Role.AUDITOR, "thanhtra.tinh", "Thanh tra tỉnh", PROVINCE),
}
API_CLIENT = "Một cửa điện tử (chạy thử)"


def contracts(folder: Path, base_url: str, sandbox_url: str) -> dict[str, Any]:
    """Return the sandbox contracts of this folder, making keys the first time; write the banks' side."""
    path = folder / "contracts.json"
    earlier: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    fresh = make_contracts(base_url, sandbox_url)
    for gateway in fresh.keys() & earlier.keys():
        # Keys stay as they were; addresses follow the ports, which may have moved.
        for side in ("bank", "settings", "secrets"):
            addresses = {name: value for name, value in fresh[gateway][side].items() if name.endswith("_url")}
            fresh[gateway][side] |= earlier[gateway][side] | addresses
    for name, content in (
        ("contracts.json", fresh),
        ("sandbox.json", {gateway: contract["bank"] for gateway, contract in fresh.items()}),
    ):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(json.dumps(fresh if name == "contracts.json" else content))
    return fresh


def prepare(
    by_gateway: dict[str, Any], earlier: dict[str, Any], progress: Callable[[int, int, str], None]
) -> dict[str, Any]:
    """Load data once, connect the contracts, and return accounts and API key for `demo.json`."""
    agencies_loading.load(progress)
    procedures_loading.load(progress)
    postal_orders.load_rates()
    agencies = {
        agency.code: agency
        for agency in Agency.objects.filter(
            code__in=(PROVINCE, VIET_TRI, PHU_THO), valid_during__contains=date(2026, 1, 1)
        )
    }
    for position, (gateway, contract) in enumerate(by_gateway.items()):
        MerchantAccount.objects.update_or_create(
            gateway=gateway,
            merchant_id=contract["merchant_id"],
            defaults={
                "agency": agencies[PROVINCE],
                "settings": contract["settings"],
                "secrets": json.dumps(contract["secrets"]),
                "valid_during": DateRange(date(2021, 4, 1), None),
                "position": position,
            },
        )
    return {
        "accounts": _people(agencies, earlier.get("accounts", {})),
        "api_key": _api_key(agencies[VIET_TRI], earlier.get("api_key", "")),
        "api_agency": VIET_TRI,
    }


def _people(agencies: dict[str, Agency], earlier: dict[str, Any]) -> dict[str, Any]:
    accounts = {}
    for key, (role, username, name, code) in PEOPLE.items():
        if key in earlier and User.objects.filter(username=username).exists():
            accounts[key] = earlier[key]
        else:
            accounts[key] = _person(username, name, role, agencies[code])
    return accounts


def _person(username: str, name: str, role: Role, agency: Agency) -> dict[str, str]:
    password, secret = secrets.token_urlsafe(12), totp.generate_totp_secret()
    with transaction.atomic():
        user, _ = User.objects.update_or_create(
            username=username,
            # What they may do, also in the administration, comes from the role alone.
            defaults={"full_name": name, "is_staff": False, "is_superuser": False},
        )
        user.set_password(password)
        user.save()
        Authenticator.objects.filter(user=user).delete()
        totp.TOTP.activate(user, secret)
        Membership.objects.get_or_create(
            user=user, agency=agency, role=role, defaults={"valid_during": DateRange(date(2025, 7, 1), None)}
        )
    return {"username": username, "password": password, "otp_secret": secret}


def _api_key(agency: Agency, earlier: str) -> str:
    client = ApiClient.objects.filter(name=API_CLIENT).first()
    if client is None:
        return create_client(API_CLIENT, [agency])[1]
    return earlier or replace_key(client)


def write_note(path: Path, content: dict[str, Any]) -> None:
    """Write `demo.json`, readable by its owner only."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2))
