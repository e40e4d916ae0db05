"""Administration of merchant accounts, API clients and (read-only) money."""

from . import clients, merchants, money

__all__ = ["clients", "merchants", "money"]
