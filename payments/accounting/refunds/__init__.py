"""Refunds of the accountants: proposed, decided, transferred."""
