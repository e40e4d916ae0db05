"""English, as read in Viet Nam."""
