"""PDFs that are read by people and by screen readers."""
