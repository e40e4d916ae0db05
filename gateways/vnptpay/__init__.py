"""VNPT-Pay."""
