"""Tagged PDFs that screen readers can read."""
