"""Roles: granted by one or two (`grants`), ended and extended (`terms`)."""
