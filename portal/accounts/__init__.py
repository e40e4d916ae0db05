"""Signing in of staff and citizens."""
