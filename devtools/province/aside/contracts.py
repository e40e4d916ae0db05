"""Contracts that communes had of their own: with VietinBank, until they joined the province's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from psycopg2.extras import DateRange

from agencies.models import Agency
from devtools.demo import PHU_THO, VIET_TRI
from payments.models import MerchantAccount

_GATEWAY = "vietinbank"
_SINCE = date(2021, 4, 1)
#: By commune, what differs from the province's contract with the same bank. Nobody plays these accounts at the bank.
_OWN = {
    VIET_TRI: {
        "provider_id": "PT044VT",
        "merchant_id": "VIETTRI",
        "account": "101099988877",
        "account_name": "UBND PHUONG VIET TRI",
        "code_prefix": "9VT",
    },
    PHU_THO: {
        "provider_id": "PT044PT",
        "merchant_id": "PHUTHO",
        "account": "101099988866",
        "account_name": "UBND PHUONG PHU THO",
        "code_prefix": "9PT",
    },
}


def of_its_own(
    commune: Agency, province: Agency, banks: Mapping[str, Mapping[str, Any]], until: date
) -> tuple[MerchantAccount, dict[str, Any]] | None:
    """Give a commune the contract it had, which takes no new payment from a day on; return it with the bank's side.

    None for a commune that had none, and where the province has none with that bank: keys and addresses are the
    province's.
    """
    like = MerchantAccount.objects.filter(agency=province, gateway=_GATEWAY).first()
    own = _OWN.get(commune.code)
    if own is None or like is None or _GATEWAY not in banks:
        return None
    made = MerchantAccount.objects.create(
        agency=commune,
        gateway=_GATEWAY,
        merchant_id=own["provider_id"],
        settings={**like.settings, **own, "accounts": [own["account"]]},
        secrets=json.dumps(json.loads(like.secrets)),
        valid_during=DateRange(_SINCE, until),
        position=like.position,
    )
    return made, {**banks[_GATEWAY], **own}
