"""Translations and style sheets, built from their sources."""
