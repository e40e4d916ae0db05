"""What a bank sent, shown: its words in their place, nothing that proves, names or numbers a person."""

from __future__ import annotations

import json

import pytest

from core.values import masking

PERSONAL = ("0901234567", "+84 901 234 567", "0901.234.567", "025123456789", "4111111111111111", "a.b@example.com")


@pytest.mark.parametrize("secret", PERSONAL)
def test_no_phone_identity_card_number_or_address_is_left_wherever_it_stands(secret: str) -> None:
    texts = [
        json.dumps({"remark": f"nop phi {secret} cam on", "inner": [{"note": secret}]}),
        f"a=1&remark=nop+phi+{secret.replace('+', '%2B').replace(' ', '+')}",
        f"chuyen tien {secret}|HS",
        f"X-Note: {secret}",
    ]
    for text in texts:
        assert secret not in masking.message(text)


@pytest.mark.parametrize("name", ["signature", "SECURE_CODE", "vnp_SecureHash", "Authorization", "X-Api-Key", "Cookie"])
def test_what_proves_who_wrote_is_gone(name: str) -> None:
    for text in (json.dumps({name: "s3cret"}), f"a=1&{name}=s3cret", f"{name}: s3cret"):
        assert "s3cret" not in masking.message(text)


def test_a_key_without_a_name_is_known_by_its_length() -> None:
    assert masking.message("00|HS1|" + "ab12" * 16) == "00|HS1|…"


def test_what_is_asked_for_stays_readable() -> None:
    readable = {"orderId": "MC0000000001", "amount": 150000, "payDate": "20261123093145", "ok": True, "none": None}
    assert json.loads(masking.message(json.dumps(readable))) == readable
    assert "H44.14-261123-0001" in masking.message("CT DEN H44.14-261123-0001 nop phi")
    assert masking.message("CT DEN:164T 00000000000042", {"00000000000042"}) == "CT DEN:164T 00000000000042"


def test_a_giant_message_is_cut_and_says_so() -> None:
    assert masking.message("x " * masking.LONGEST_TEXT).endswith("…")
    assert len(masking.message("[" * 200_000)) < 2 * masking.LONGEST_TEXT
