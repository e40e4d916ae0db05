"""A short calculation instead of a refusal: above a limit that many people share, each device proves a little work.

    form = ProvenForm(request.POST)
    if form.is_valid() and (rate_limits.spend(*limits) or form.is_proven(request.POST)): go on

A network address is a village, an office or a whole operator: whoever is stopped by its limit may be anybody. So a
limit of an address asks the browser (`static/js/proof.js`) for a number that makes the SHA-256 of the challenge begin
with zero bits. It takes a telephone a second or two, and costs whoever does it by the thousand. A challenge is
signed, counts once and for ten minutes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django import forms
from django.core import signing

from .rate_limits import EVERYBODY, Limit

#: 2^15 tries on average, and twice that now and then.
BITS = 15
_LIFE = timedelta(minutes=10)
_SALT = "core.proof_of_work"
_LONGEST = 300
#: What the answer of a browser is called, in a form and in the header of a script's request.
FIELD, HEADER = "proof", "X-Proof"


def challenge() -> str:
    """Return what a browser has to find a number for: `random~bits`, signed with its time."""
    return signing.TimestampSigner(salt=_SALT, sep="~").sign(f"{secrets.token_hex(8)}~{BITS}")


def is_solved(answer: str) -> bool:
    """Tell whether `challenge~number` is a solution of a challenge of ours, handed in for the first time."""
    given = answer.rpartition("~")[0] if len(answer) <= _LONGEST else ""
    try:
        signing.TimestampSigner(salt=_SALT, sep="~").unsign(given, max_age=_LIFE)
    except signing.BadSignature:
        return False
    return has_zeros(answer) and Limit("proof", 1, _LIFE).spend(f"{EVERYBODY}:{given}")


def has_zeros(answer: str) -> bool:
    """Tell whether the SHA-256 of an answer begins with enough zero bits."""
    return int.from_bytes(hashlib.sha256(answer.encode()).digest()[:4], "big") >> (32 - BITS) == 0


class ProvenForm(forms.Form):
    """A form that may be asked for a proof; `challenge` is then what `components/proof.html` gives the browser."""

    challenge = ""

    def is_proven(self, sent: Mapping[str, object]) -> bool:
        """Tell whether the proof asked for came along; else ask for it, and keep the form open."""
        if is_solved(str(sent.get(FIELD, ""))):
            return True
        self.challenge = challenge()
        return False
