"""Returning a result by public post."""
