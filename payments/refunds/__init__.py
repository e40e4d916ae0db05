"""Refunds: proposed, approved, sent to the gateway, shown to payers."""
