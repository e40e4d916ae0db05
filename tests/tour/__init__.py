"""Plays `docs/tour.md` in Chromium: what a stranger is told to do and to see is what the product does and shows."""
