"""How dates are written in the administration; elsewhere templates say it themselves (`core` filters)."""
