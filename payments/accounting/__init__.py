"""The accountants' pages under `/doi-soat/`: views only."""
