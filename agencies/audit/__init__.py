"""The audit: written in one place, signed as a chain, shown in words."""
