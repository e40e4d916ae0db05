"""MoMo."""
