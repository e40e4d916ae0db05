"""Callbacks of gateways: verified, stored, answered, drained."""
