"""Paying several dossiers in one go."""
