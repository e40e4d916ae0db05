"""Nets: each catches one kind of fault, wherever in the product it is."""
