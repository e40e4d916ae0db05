"""The payer's way from a bill to the gateway's page."""
