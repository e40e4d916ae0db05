"""What gateways send: verified, stored, answered, drained."""
