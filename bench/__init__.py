"""Benchmarks against peers, run by `make bench`; never in timed tests."""
