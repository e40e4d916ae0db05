"""Asking gateways what became of a payment."""
