"""The consequences of money for dossiers."""
