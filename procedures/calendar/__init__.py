"""Working days and working time."""
