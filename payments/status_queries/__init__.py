"""Status queries at gateways."""
