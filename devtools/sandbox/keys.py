"""Fresh keys and contracts for both sides of the sandbox."""

from __future__ import annotations

import secrets
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_AGENCY = "TRUNG TAM PVHCC TINH PHU THO"


def make_contracts(portal_url: str, sandbox_url: str) -> dict[str, dict[str, Any]]:
    """Return, per gateway, both sides of a new contract.

    `merchant_id` names the merchant account in messages, `settings` and `secrets` are the
    portal's MerchantConfig, `bank` is the sandbox's side: {gateway: bank} is SANDBOX_CONFIG.
    """
    return {
        "vnptpay": _vnptpay(portal_url, f"{sandbox_url}/vnptpay"),
        "vietinbank": _vietinbank(portal_url, f"{sandbox_url}/vietinbank"),
        "payplatform": _payplatform(portal_url, f"{sandbox_url}/payplatform"),
        "vietinbank_direct": _vietinbank_direct(portal_url, f"{sandbox_url}/vietinbank_direct"),
        "vnpay": _vnpay(portal_url, f"{sandbox_url}/vnpay"),
        "momo": _momo(portal_url, f"{sandbox_url}/momo"),
    }


def _vnptpay(portal_url: str, bank_url: str) -> dict[str, Any]:
    merchant = "PHUTHO01"
    keys = {"secret_key": secrets.token_hex(16), "api_key": secrets.token_hex(16)}
    return {
        "merchant_id": merchant,
        "settings": {
            "base_url": f"{bank_url}/v1.0.5",
            "flavour": "single",
            "merchant_service_id": merchant,
            "service_id": "1",
        },
        "secrets": keys,
        "bank": {
            "merchant_service_id": merchant,
            **keys,
            "envelope": "json",
            "notify_url": f"{portal_url}/gateways/vnptpay/notify",
            "return_url": f"{portal_url}/gateways/vnptpay/return",
        },
    }


def _vietinbank(portal_url: str, bank_url: str) -> dict[str, Any]:
    bank_private, bank_public = _key_pair()
    our_private, our_public = _key_pair()
    account = "1010" + "".join(secrets.choice("0123456789") for _ in range(8))
    contract = {
        "provider_id": "PT044",
        "merchant_id": "PHUTHO",
        "account": account,
        "account_name": _AGENCY,
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


def _payplatform(portal_url: str, bank_url: str) -> dict[str, Any]:
    partner = "DT044"
    secret, token = secrets.token_hex(16), secrets.token_hex(16)
    return {
        "merchant_id": partner,
        "settings": {
            "init_url": f"{bank_url}/init",
            "query_url": f"{bank_url}/query",
            "partner_code": partner,
            "answer_signature": "signed",
            "receipt": {
                "MaDonVi": "H44",
                "TenDonVi": _AGENCY,
                "TKThuHuong": "101000000044",
                "MaNHThuHuong": "970415",
                "TenTKThuHuong": _AGENCY,
            },
        },
        "secrets": {"secret_key": secret, "access_token": token},
        "bank": {
            "partner_code": partner,
            "secret_key": secret,
            "api_key": token,
            "notify_url": f"{portal_url}/gateways/payplatform/notify",
            "return_url": f"{portal_url}/gateways/payplatform/return",
        },
    }


def _vietinbank_direct(portal_url: str, bank_url: str) -> dict[str, Any]:
    bank_private, bank_public = _key_pair()
    our_private, our_public = _key_pair()
    parties = {"provider_id": "PT045", "merchant_id": "PHUTHODIRECT"}
    return_url = f"{portal_url}/gateways/vietinbank_direct/return"
    return {
        "merchant_id": parties["merchant_id"],
        "settings": {
            **parties,
            "base_url": f"{bank_url}/directpay",
            "service_code": "DVC",
            "hash_in": "sha256",
            "hash_out": "sha1",
            "result_url": return_url,
        },
        "secrets": {"private_key": our_private, "bank_public_key": bank_public},
        "bank": {
            **parties,
            "bank_private_key": bank_private,
            "portal_public_key": our_public,
            "hash_to_portal": "sha256",
            "hash_to_bank": "sha1",
            "notify_url": f"{portal_url}/gateways/vietinbank_direct/notify?merchant={parties['merchant_id']}",
            "return_url": return_url,
        },
    }


def _vnpay(portal_url: str, bank_url: str) -> dict[str, Any]:
    terminal, secret = "PHUTHO01", secrets.token_hex(16).upper()
    return {
        "merchant_id": terminal,
        "settings": {
            "pay_url": f"{bank_url}/paymentv2/vpcpay.html",
            "api_url": f"{bank_url}/merchant_webapi/api/transaction",
            "tmn_code": terminal,
        },
        "secrets": {"secret_key": secret},
        "bank": {
            "tmn_code": terminal,
            "secret_key": secret,
            "notify_url": f"{portal_url}/gateways/vnpay/notify",
            "return_url": f"{portal_url}/gateways/vnpay/return",
        },
    }


def _momo(portal_url: str, bank_url: str) -> dict[str, Any]:
    partner = "MOMOPHUTHO"
    keys = {"access_key": secrets.token_hex(8), "secret_key": secrets.token_hex(16)}
    notify_url = f"{portal_url}/gateways/momo/notify"
    return {
        "merchant_id": partner,
        "settings": {
            "api_url": f"{bank_url}/v2/gateway/api",
            "partner_code": partner,
            "notify_url": notify_url,
            "store_name": _AGENCY,
        },
        "secrets": keys,
        "bank": {
            "partner_code": partner,
            **keys,
            "notify_url": notify_url,
            "return_url": f"{portal_url}/gateways/momo/return",
        },
    }


def _key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
