"""Files people send: stored, validated, scanned."""
