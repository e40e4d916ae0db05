"""What waits for a second person."""

from __future__ import annotations

from agencies.models import Agency, Role, RoleProposal, User
from payments.merchants import contract_changes
from payments.models import ContractChange, MerchantAccount

from . import factories


def proposed_change(contract: MerchantAccount, *, by: User) -> ContractChange:
    """Propose that a contract shows another name."""
    wanted = contract_changes.Wanted(
        contract.agency,
        contract.gateway,
        contract.merchant_id,
        [{"field": "setting_account_name", "label": "Tên chủ tài khoản", "before": "", "after": "UBND"}],
        {"account_name": "UBND"},
    )
    return contract_changes.propose(contract, wanted, by=by)


def proposed_role(agency: Agency) -> RoleProposal:
    """Propose that somebody there becomes an accountant."""
    maker, person = factories.officer(agency, Role.AGENCY_ADMIN), factories.officer(agency)
    return RoleProposal.objects.create(
        user=person, agency=agency, role=Role.ACCOUNTANT, valid_during=factories.FOREVER, proposed_by=maker
    )
