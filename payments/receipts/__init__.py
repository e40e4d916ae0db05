"""Receipts (biên lai): issued, shown, verified."""
