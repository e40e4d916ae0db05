"""Signing rules and payload formats as data."""
