"""Messages to citizens: outbox, channels, providers."""
