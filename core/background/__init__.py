"""Background work: jobs, the outbox, the sweeper, wake-ups."""
