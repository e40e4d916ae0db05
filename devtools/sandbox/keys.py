"""Fresh keys and contracts for both sides of the sandbox."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .plugins import sandboxes

#: The payee of the demo, as banks write names.
AGENCY = "TRUNG TAM PVHCC TINH PHU THO"


def make_contracts(portal_url: str, sandbox_url: str) -> dict[str, dict[str, Any]]:
    """Return, per gateway, both sides of a new contract.

    `merchant_id` names the merchant account in messages, `settings` and `secrets` are the
    portal's MerchantConfig, `bank` is the sandbox's side: {gateway: bank} is SANDBOX_CONFIG.
    """
    return {slug: sandbox.contract(portal_url, f"{sandbox_url}/{slug}") for slug, sandbox in sandboxes().items()}


def key_pair() -> tuple[str, str]:
    """Return a fresh RSA key of 2048 bits as PEM: private, public."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
