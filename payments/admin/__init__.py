"""Administration of merchant accounts, API clients and (read-only) money."""

from . import clients, contract_changes, merchants, money

__all__ = ["clients", "contract_changes", "merchants", "money"]
