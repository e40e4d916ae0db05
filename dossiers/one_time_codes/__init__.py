"""One-time codes by phone or mail."""
