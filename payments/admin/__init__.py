"""Administration: contracts with gateways, systems that connect, and money to read."""

from . import clients, merchants, money

__all__ = ["clients", "merchants", "money"]
