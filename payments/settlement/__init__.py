"""Applying money to bills: the rules, the one entry point, the bulk path, the proof."""
