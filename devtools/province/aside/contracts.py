"""The contract a commune had of its own: with VietinBank, until it joined the province's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from psycopg2.extras import DateRange

from agencies.models import Agency
from payments.models import MerchantAccount

_GATEWAY = "vietinbank"
_SINCE = date(2021, 4, 1)
#: What differs from the province's contract with the same bank. Nobody plays this account at the bank.
_OWN = {
    "provider_id": "PT044VT",
    "merchant_id": "VIETTRI",
    "account": "101099988877",
    "account_name": "UBND PHUONG VIET TRI",
    "code_prefix": "9VT",
}


def of_its_own(
    commune: Agency, province: Agency, banks: Mapping[str, Mapping[str, Any]], until: date
) -> tuple[MerchantAccount, dict[str, Any]] | None:
    """Give a commune its contract, which takes no new payment from a day on; return it with the bank's side.

    None where the province has none with that bank: keys and addresses are those of the province's.
    """
    like = MerchantAccount.objects.filter(agency=province, gateway=_GATEWAY).first()
    if like is None or _GATEWAY not in banks:
        return None
    made = MerchantAccount.objects.create(
        agency=commune,
        gateway=_GATEWAY,
        merchant_id=_OWN["provider_id"],
        settings={**like.settings, **_OWN, "accounts": [_OWN["account"]]},
        secrets=json.dumps(json.loads(like.secrets)),
        valid_during=DateRange(_SINCE, until),
        position=like.position,
    )
    return made, {**banks[_GATEWAY], **_OWN}
