"""Rows whose number the ledger does not know, as what the bank would have notified us of."""

from __future__ import annotations

from collections.abc import Iterable

from gateways.base import Capability, GatewayMissing, OutcomeState
from gateways.base import Notification as GatewayNotification
from payments.merchants.accounts import adapter_for
from payments.models import MerchantAccount, Payment, Statement, StatementRow

from . import codes


def is_transfer(account: MerchantAccount) -> bool:
    """Tell whether payers transfer to this contract by themselves. False while nobody knows its gateway."""
    try:
        return Capability.REDIRECT not in adapter_for(account).capabilities
    except GatewayMissing:
        return False


def zero_filled(statement: Statement, rows: Iterable[StatementRow]) -> dict[str, str]:
    """Return the codes whose leading zeros a spreadsheet dropped, where only the whole one is ours."""
    filled = codes.zero_filled(row.merchant_ref for row in rows)
    payments = Payment.objects.filter(gateway=statement.merchant_account.gateway)
    ours = set(payments.filter(merchant_ref__in=[*filled, *filled.values()]).values_list("merchant_ref", flat=True))
    return {code: whole for code, whole in filled.items() if whole in ours and code not in ours}


def code_of(row: StatementRow, filled: dict[str, str]) -> str:
    """Return the code a row is for: its own, made whole again, or the only one in its text."""
    return filled.get(row.merchant_ref, "") or row.merchant_ref or codes.code_in(row.description)


def notification_of(row: StatementRow, statement: Statement, code: str, *, is_transfer: bool) -> GatewayNotification:
    """Return a row as the inbox takes it."""
    account = statement.merchant_account
    return GatewayNotification(
        gateway=account.gateway,
        event_key=f"statement:{account.pk}:{row.gateway_ref}",
        merchant_ref=code,
        gateway_ref=row.gateway_ref,
        state=OutcomeState.PAID,
        amount=row.amount,
        currency=row.currency or None,
        occurred_at=row.occurred_at,
        account=row.account,
        is_transfer=is_transfer,
        facts={"description": row.description, "statement": statement.pk, "line": row.line_number},
    )
