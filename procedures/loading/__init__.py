"""Loading a province's procedures and fees from its data folder."""
