"""Helpers for tests of payments."""
