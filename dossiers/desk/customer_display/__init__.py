"""The display that faces the citizen."""
