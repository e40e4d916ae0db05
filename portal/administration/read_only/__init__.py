"""Read-only mode: everybody may read, nobody may write, gateways still report money."""
