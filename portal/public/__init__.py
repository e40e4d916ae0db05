"""Public pages: guide, figures, gateway status."""
