"""Read-only mode: everybody may look, nobody may act, and money that moved is taken in all the same."""
