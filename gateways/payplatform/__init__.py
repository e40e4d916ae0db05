"""PayPlatform of the National Public Service Portal."""
