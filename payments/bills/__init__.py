"""Bills: created, closed, held back."""
