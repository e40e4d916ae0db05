"""The administration site and the pages beside its tables."""
