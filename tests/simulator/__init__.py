"""A seeded simulator: true modules, a false bank, a false broker and a false clock.

See docs/reliability.md#how-it-is-tested.
"""
