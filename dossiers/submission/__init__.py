"""Submitting a dossier: steps, drafts, resume, assisted submission."""
