"""Contracts with gateways: accounts, keys, circuit breaker, outages, statistics."""
