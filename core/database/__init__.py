"""Fields, triggers, locks and writes that PostgreSQL holds for every app."""
