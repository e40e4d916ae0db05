"""Bank statements: read, matched with the ledger, brought to zero by day."""
