"""Commands of the procedures app."""
