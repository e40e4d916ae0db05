"""What the demo's two administrators of the province have begun today: changes of where contracts lead money."""

from __future__ import annotations

from agencies.models import User
from devtools.demo import PEOPLE
from payments.merchants import contract_changes
from payments.merchants.contract_changes import Wanted
from payments.models import ContractChange, MerchantAccount

#: Gateway, setting, its label and its new value, whether the second administrator has agreed.
_CHANGES = (
    ("vietinbank", "accounts", "Các tài khoản nhận của hợp đồng", ["110000112233", "110000445566"], False),
    ("vnptpay", "account_name", "Tên chủ tài khoản, hiện cho người nộp", "VAN PHONG UBND TINH PHU THO", True),
)


def begin() -> None:
    """Let one change wait for its second person, and another for its day."""
    names = [PEOPLE[key][1] for key in ("province_admin", "second_province_admin")]
    people = {person.username: person for person in User.objects.filter(username__in=names)}
    if len(people) == len(names):
        for gateway, name, label, value, is_agreed in _CHANGES:
            checker = people[names[0]] if is_agreed else None
            _change(gateway, name, label, value, maker=people[names[1]], checker=checker)


def _change(gateway: str, name: str, label: str, value: object, *, maker: User, checker: User | None) -> None:
    contract = MerchantAccount.objects.filter(gateway=gateway).select_related("agency").order_by("id").first()
    if contract is None or ContractChange.objects.filter(contract=contract).exists():
        return
    before, after = _text(contract.settings.get(name)), _text(value)
    told = {"field": f"setting_{name}", "label": label, "before": before, "after": after}
    wanted = Wanted(contract.agency, gateway, contract.merchant_id, [told], {name: value})
    change = contract_changes.propose(contract, wanted, by=maker)
    if checker:
        contract_changes.agree(change, by=checker)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
