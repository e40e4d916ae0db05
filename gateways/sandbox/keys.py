"""Fresh keys for both sides of the sandbox contracts."""

from __future__ import annotations

import secrets
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def _key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def make_contracts(portal_url: str, sandbox_url: str) -> dict[str, dict[str, Any]]:
    """Return per gateway `merchant_id`, the portal's `settings` and `secrets`, and the bank's `bank` side."""
    vnpt_secret, vnpt_api_key = secrets.token_hex(16), secrets.token_hex(16)
    bank_private, bank_public = _key_pair()
    our_private, our_public = _key_pair()
    client_secret = secrets.token_hex(16)
    account = "1010" + "".join(secrets.choice("0123456789") for _ in range(8))
    return {
        "vnptpay": {
            "merchant_id": "PHUTHO01",
            "settings": {
                "base_url": f"{sandbox_url}/vnptpay/v1.0.5",
                "version": "1.0.5",
                "merchant_service_id": "PHUTHO01",
            },
            "secrets": {"secret_key": vnpt_secret, "api_key": vnpt_api_key},
            "bank": {
                "merchant_service_id": "PHUTHO01",
                "secret_key": vnpt_secret,
                "api_key": vnpt_api_key,
                "notify_url": f"{portal_url}/gateways/vnptpay/notify",
                "return_url": f"{portal_url}/gateways/vnptpay/return",
            },
        },
        "vietinbank": {
            "merchant_id": "PT044",
            "settings": {
                "provider_id": "PT044",
                "merchant_id": "PHUTHO",
                "account": account,
                "accounts": [account],
                "account_name": "TRUNG TAM PVHCC TINH PHU THO",
                "bank_bin": "970415",
                "virtual_prefix": "9PT",
                "code_length": 14,
                "base_url": f"{sandbox_url}/vietinbank",
                "client_id": "phutho",
            },
            "secrets": {
                "private_key": our_private,
                "bank_public_key": bank_public,
                "client_secret": client_secret,
            },
            "bank": {
                "provider_id": "PT044",
                "merchant_id": "PHUTHO",
                "account": account,
                "account_name": "TRUNG TAM PVHCC TINH PHU THO",
                "virtual_prefix": "9PT",
                "code_length": 14,
                "client_secret": client_secret,
                "bank_private_key": bank_private,
                "portal_public_key": our_public,
                "notify_url": f"{portal_url}/gateways/vietinbank/notify-bill",
                "inquiry_url": f"{portal_url}/gateways/vietinbank/inq-bill",
            },
        },
    }
