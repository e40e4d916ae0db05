"""Read-only mode: everybody may look, nobody may act, gateways still report money."""
