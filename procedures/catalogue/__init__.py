"""The public catalogue: search, filters, topics, calculator."""
